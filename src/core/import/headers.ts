import type { ColumnField } from './columns.ts'

/**
 * What programs and people call a column, without case, accents and signs. Beside English, German,
 * French and Spanish the headers of HubSpot, Apollo, Instantly, Smartlead, Lemlist, Mailchimp,
 * Google Contacts ("E-mail 1 - Value") and LinkedIn, and those of our own export.
 */
const HEADERS: readonly (readonly [field: ColumnField, names: string])[] = [
  ['email', 'email emailaddress emails mail mailaddress email1 email1value emailaddress1 primaryemail workemail'],
  ['email', 'businessemail contactemail leademail personemail subscriberemail emailid companyemail professionalemail'],
  [
    'email',
    'personemailwork emailadresse mailadresse adresseemail adressemail courriel correo correoelectronico email2value',
  ],
  ['firstName', 'firstname first givenname forename fname vorname prenom nombre'],
  ['lastName', 'lastname last surname familyname lname nachname nom nomdefamille apellido apellidos'],
  ['name', 'name fullname contactname displayname personname leadname nomcomplet nombrecompleto'],
  ['company', 'company companyname organization organisation organizationname organization1name account accountname'],
  [
    'company',
    'employer currentcompany associatedcompany personorganization firma unternehmen societe entreprise empresa',
  ],
  ['title', 'title jobtitle position role jobposition currentposition organizationtitle organization1title'],
  ['title', 'stelle poste cargo puesto'],
  [
    'phone',
    'phone phonenumber telephone tel mobile mobilephone mobilephonenumber cell cellphone workphone directphone',
  ],
  ['phone', 'workdirectphone phone1value contactphone telefon telefonnummer handy mobil portable telefono movil'],
  ['linkedin', 'linkedin linkedinurl linkedinprofile linkedinprofileurl linkedinlink personlinkedinurl linkedinbio'],
  ['industry', 'industry sector branche secteur industria'],
  ['seniority', 'seniority senioritylevel'],
  ['companySize', 'companysize employees numberofemployees employeecount headcount mitarbeiter effectif empleados'],
  ['enrichedCompany', 'enrichedcompany enrichmentcompanyname'],
  ['enrichedTitle', 'enrichedtitle enrichmentjobtitle'],
  ['enrichmentSource', 'enrichmentsource'],
  ['enrichedAt', 'enrichedat'],
  ['tags', 'tags tag labels label groupmembership schlagworte etiquettes etiquetas'],
  ['campaign', 'campaign campaignname sourcecampaign importedfromcampaign kampagne campagne campana'],
  ['owner', 'owner contactowner leadowner inhaber'],
  ['status', 'status crmstatus lifecyclestatus'],
  ['createdAt', 'created createdat createdate createddate creationdate datecreated dateadded optintime'],
  ['updatedAt', 'updatedat'],
  ['emailStatus', 'emailstatus'],
  ['emailStatusSource', 'emailstatussource'],
  ['emailStatusAt', 'emailstatusat primaryemaillastverifiedat emaillastverifiedat'],
  ['suppression', 'suppression suppressionreason suppressed'],
  ['suppressedAt', 'suppressedat suppressedsince suppressionsince'],
  ['unsubscribed', 'unsubscribed isunsubscribed unsubscribedfromallemail unsubscribedfromallemails emailunsubscribed'],
  ['unsubscribed', 'unsubscribe globalunsubscribe optedout isoptedout hasoptedout hasoptedoutofemail optedoutofemail'],
  ['unsubscribed', 'emailoptedout emailoptout emailisoptedout optout optoutofemail marketingoptout optedoutofall'],
  ['unsubscribed', 'donotcontact donotemail emaildonotcontact nichtkontaktieren abgemeldet desabonne desinscrit'],
  ['unsubscribed', 'nepascontacter nocontactar blocklisted blacklisted blocklist blacklist emailblacklisted'],
  ['unsubscribedAt', 'unsubtime unsubscribedat unsubscribetime unsubscribedon unsubscribedate unsubscribeddate'],
  ['unsubscribedAt', 'dateunsubscribed optedoutat optedouton optoutdate optouttime optedoutdate emailoptoutdate'],
  ['bouncedAt', 'cleantime hardbounced hardbounce ishardbounced hardbouncedat'],
  ['customFields', 'customfields'],
]

export const FIELD_OF: ReadonlyMap<string, ColumnField> = new Map(
  HEADERS.flatMap(([field, names]) => names.split(' ').map((name) => [name, field] as const)),
)

/** What programs call addresses that somebody has beside the first. */
export const OTHER_ADDRESSES: ReadonlySet<string> = new Set(
  `
  secondaryemail tertiaryemail email2 email3 email2address email3address email3value personalemail privateemail homeemail
  personemailhome personemailother otheremail alternateemail alternativeemail additionalemail secondemail
`
    .trim()
    .split(/\s+/),
)

/** Columns of those tools that a contact has no place for; they become its own fields without a question. */
export const KEPT: ReadonlySet<string> = new Set(
  `
  id leadid contactid uuid recordid notes note comment comments website websiteurl companywebsite companyurl companydomain domain
  city state country countryregion region land pays pais zip zipcode postalcode address street location timezone birthday
  department departments keywords technologies gender language leadstatus lifecyclestage personalization icebreaker

  marketingcontactstatus lastactivitydate associatedcompanyids primaryassociatedcompanyid lastcontacted
  emailhardbouncereason originalsource recentconversion

  companynameforemails emailconfidence primaryemailsource primaryemailverificationsource primaryemailcatchallstatus
  homephone corporatephone otherphone companyphone stage lists accountowner companylinkedinurl facebookurl twitterurl
  companyaddress companycity companystate companycountry seodescription annualrevenue totalfunding latestfunding
  latestfundingamount lastraisedat subsidiaryof emailsent emailopen emailbounced replied demoed numberofretaillocations
  apollocontactid apolloaccountid secondaryemail secondaryemailsource secondaryemailstatus secondaryemailverificationsource
  tertiaryemail tertiaryemailsource tertiaryemailstatus tertiaryemailverificationsource primaryintenttopic
  primaryintentscore secondaryintenttopic secondaryintentscore qualifycontact

  intereststatus verificationstatus espcode emailprovider opens opencount replies replycount clicks clickcount
  timestampcreated timestampupdated timestamplastcontact emailopencount emailreplycount emailclickcount laststep

  campaignleadmapid category isinterested unsubscribedclientidmap lastemailsequencesent

  picture laststate lemlistid contactlistid

  memberrating optinip confirmtime confirmip latitude longitude gmtoff dstoff cc lastchanged leid euid unsubcampaigntitle
  unsubcampaignid unsubreason unsubreasonother cleancampaigntitle cleancampaignid

  middlename phoneticfirstname phoneticmiddlename phoneticlastname nameprefix namesuffix nickname fileas
  organizationdepartment photo email1label email1type email2label email2type email3label email3value phone1label phone1type phone2label
  phone2value address1label address1formatted address1street address1city address1pobox address1region
  address1postalcode address1country address1extendedaddress website1label website1value

  personmarketingstatus

  connectedon url score domainname emaildomain
`
    .trim()
    .split(/\s+/),
)
