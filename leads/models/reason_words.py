"""The fixed words of the close-out list, in the language of the reader.

Names of reasons can be changed and stand in the database in both languages; outcomes and next
steps are fixed, and the list has them in Dutch.
"""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

OUTCOMES: dict[str, Promise] = {
    "Gemist": pgettext_lazy("outcome of a close-out", "Missed"),
    "Afgewezen": pgettext_lazy("outcome of a close-out", "Rejected"),
    "Succesvol": pgettext_lazy("outcome of a close-out", "Successful"),
}

NEXT_STEPS: dict[str, Promise] = {
    # For sales.
    "Geen": pgettext_lazy("next step", "Nothing"),
    "Verder op de oorspronkelijke lead": pgettext_lazy("next step", "Go on with the original lead"),
    "Doorsturen naar de juiste afdeling": pgettext_lazy(
        "next step", "Send on to the right department"
    ),
    "Niet meer bellen": pgettext_lazy("next step", "Do not call again"),
    "Inruilvoorstel doen": pgettext_lazy("next step", "Make a trade-in offer"),
    "Alternatief uit voorraad voorstellen": pgettext_lazy(
        "next step", "Suggest another car from stock"
    ),
    "Lopende lead bij eigen verkoper opvolgen": pgettext_lazy(
        "next step", "Follow up the open lead of the salesperson"
    ),
    "Melden aan showroom": pgettext_lazy("next step", "Tell the showroom"),
    "Terugbellen op de afgesproken datum": pgettext_lazy(
        "next step", "Call back on the agreed date"
    ),
    "Afspraak voorbereiden": pgettext_lazy("next step", "Prepare the appointment"),
    "Proefrit voorbereiden": pgettext_lazy("next step", "Prepare the test drive"),
    "Offerte uitbrengen": pgettext_lazy("next step", "Send the quote"),
    "Werkplaats voorbereiden": pgettext_lazy("next step", "Prepare the workshop visit"),
    "Aflevering voorbereiden": pgettext_lazy("next step", "Prepare the delivery"),
    "Tweede stem door BDC": pgettext_lazy("next step", "Second voice by the BDC"),
    # For marketing.
    "Formulier of koppeling laten controleren": pgettext_lazy(
        "next step", "Have the form or connection checked"
    ),
    "Bron niet dubbel betalen": pgettext_lazy("next step", "Do not pay the source twice"),
    "E-mail sturen met vraag om telefoonnummer; formulierveld verplicht maken": pgettext_lazy(
        "next step", "Ask for the phone number by e-mail; make the field of the form required"
    ),
    "Bron en selectie controleren": pgettext_lazy("next step", "Check source and selection"),
    "Adresbestand opschonen; e-mail of brief sturen": pgettext_lazy(
        "next step", "Clean the address file; send an e-mail or letter"
    ),
    "Opnemen in e-mailcampagne": pgettext_lazy("next step", "Add to an e-mail campaign"),
    "Timing en doelgroep van de campagne toetsen": pgettext_lazy(
        "next step", "Check timing and audience of the campaign"
    ),
    "Uit belbestanden verwijderen": pgettext_lazy("next step", "Remove from call lists"),
    "Aftersalescampagne bij eigen merk en eigen postcode": pgettext_lazy(
        "next step", "After-sales campaign for own brand and own area"
    ),
    "Inruilcampagne": pgettext_lazy("next step", "Trade-in campaign"),
    "Selectie op merk en model herzien": pgettext_lazy(
        "next step", "Review the selection by make and model"
    ),
    "Aftersales: onderhoud en APK huidige auto": pgettext_lazy(
        "next step", "After-sales: maintenance and APK of the present car"
    ),
    "Bron ontdubbelen": pgettext_lazy("next step", "Remove duplicates from the source"),
    "Uitnodiging voor showroomdagen": pgettext_lazy("next step", "Invite to showroom days"),
    "Warm houden tot het koopmoment": pgettext_lazy(
        "next step", "Keep in touch until the purchase"
    ),
    "Conversie toerekenen aan campagne": pgettext_lazy(
        "next step", "Credit the campaign with the conversion"
    ),
    "Verbeterpunt vastleggen": pgettext_lazy("next step", "Record what can be better"),
    "Direct aftersalescampagne starten": pgettext_lazy(
        "next step", "Start an after-sales campaign at once"
    ),
    "Postcodegebied van de campagne toetsen": pgettext_lazy(
        "next step", "Check the postcode area of the campaign"
    ),
    "Merk en model van de campagne toetsen": pgettext_lazy(
        "next step", "Check make and model of the campaign"
    ),
    "Actie of financiering toetsen": pgettext_lazy("next step", "Check the offer or financing"),
    "Voorraad en advertenties gelijktrekken": pgettext_lazy(
        "next step", "Bring stock and advertisements in line"
    ),
    "Toestemming vragen per e-mail of brief": pgettext_lazy(
        "next step", "Ask for consent by e-mail or letter"
    ),
}
