"""Terms that bind the house, in English: patterns over cleaned (lower-case) text, one tuple a kind of term."""

from __future__ import annotations

_NUM = (
    r"(?:\d+(?:[.,]\d+)*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    r"|forty-five|sixty|ninety|a|an|half\s+an?)"
)
_TIME = (
    rf"{_NUM}\s*(?:\(\d+\)\s*)?[- ]?(?:business\s+|working\s+|calendar\s+)?(?:minutes?|hours?|hrs?|days?|weeks?"
    rf"|months?|quarters?|years?)"
)
_LONG = rf"{_NUM}\s*(?:\(\d+\)\s*)?[- ]?(?:business\s+|working\s+|calendar\s+)?(?:days?|weeks?|months?|quarters?|years?)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?\.?"
_DAY = (
    rf"(?:(?:early|mid|late|the\s+(?:end|middle|beginning)\s+of)[\s-]+)?(?:the\s+)?(?:\d{{1,2}}(?:st|nd|rd"
    rf"|th)?\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+\d{{1,2}}"
    rf"|{_MONTH}(?![a-z])|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}/\d{{1,2}}|(?:next|this)\s+(?:week|month|quarter|year)"
    rf"|(?:year|month|quarter)[- ]end"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|christmas|new\s+year|q[1-4]|end\s+of\s+(?:the\s+|this\s+"
    r"|next\s+)?(?:week|month|quarter|year))"
)
_READY = (
    r"(?:deliver(?:ed|y)?|ship(?:ped|s|ment)?|install(?:ed|ation)?|finish(?:ed)?|complet(?:e|ed|ion)"
    r"|go(?:es)?[- ]live|live|launch(?:ed)?|deployed"
    r"|up\s+and\s+running|operational|in\s+production|in\s+place|rolled\s+out|ready(?:\s+for\s+use)?"
    r"|handed\s+over|on\s+site|commissioned|migrated|done)"
)
_QUOTE = r"(?:price|pricing|quote|quotation|offer|discount|rate|proposal|deal)s?"
_CARE = r"(?:training|installation|maintenance|support|licen[cs]es?|upgrades?|modules?|setup|set-up|onboarding|shipping|delivery|migration|integration|service|consulting|units?|seats?|months?|years?|spare\s+parts?|implementation|customi[sz]ation)"  # noqa: E501

TERMS_EN: dict[str, tuple[str, ...]] = {
    "date": (
        rf"\b(?:will|shall|can|could|would|'ll|be|is|are|get"
        rf"|have)\b[^.!?\n]{{0,40}}?\b{_READY}\b[^.!?\n]{{0,30}}?\b(?:by|before|within|no\s+later\s+than|on|in"
        rf"|at\s+the\s+latest)\s+(?:the\s+)?(?:{_DAY}|{_LONG})",
        rf"\bexpect\b[^.!?\n]{{0,40}}\b(?:in|within|by)\s+(?:{_DAY}|{_LONG})",
        rf"\b{_READY}\s+(?:is\s+|are\s+|takes?\s+|will\s+be\s+)?(?:by|before|within|no\s+later\s+than|in)\s+(?:{_DAY}|{_LONG})",
        rf"\b(?:lead|delivery|turnaround|implementation)\s+times?\b[^.!?\n]{{0,15}}\b{_LONG}",
        rf"\b(?:hold|keep|lock|lock\s+in|extend|honou?r|freeze|guarantee|maintain"
        rf"|reserve)\w*\s+(?:\w+\s+){{0,3}}{_QUOTE}\b[^.!?\n]{{0,12}}\b(?:for|until|till|through|to|by|past|into"
        rf"|open)\b[^.!?\n]{{0,25}}(?:{_DAY}|{_LONG})",
        rf"\b{_QUOTE}\b[^.!?\n]{{0,15}}\b(?:valid|good|open|stands?|holds?|unchanged|available|effective|runs?"
        rf"|expires?)\b[^.!?\n]{{0,12}}\b(?:for|until|till|through|to|by|on)\b[^.!?\n]{{0,20}}(?:{_DAY}|{_LONG})",
    ),
    "payment": (
        r"\bnet[\s-]?\d{2,3}\b|\bnet\s+(?:thirty|sixty|ninety)\b",
        rf"\b{_TIME}\s+(?:of\s+)?(?:credit|to\s+pay|payment\s+terms?|terms\b|to\s+settle)"
        rf"|\bpayment\s+(?:is\s+)?(?:due\s+)?(?:within|in)\s+{_TIME}",
        r"\b(?:pay|payment|settle|invoice[ds]?|bill(?:ed)?)\b[^.!?\n]{0,25}\b(?:after|upon|on|following"
        r"|once)\s+(?:\w+\s+){0,2}(?:acceptance|delivery|installation|go-live|launch|completion|approval)\b",
        r"\b(?:no\s+money|nothing|not\s+a\s+(?:cent|penny))\b[^.!?\n]{0,30}\b(?:until|till|before|unless)\b",
        r"\bno\s+(?:upfront|up-front|advance|down|initial)\s*(?:payment|deposit|fee)?s?\b|\b(?:without|zero|skip"
        r"|waive\w*)\s+(?:a\s+|any\s+|the\s+)?(?:deposit|down\s*payment|prepayment|upfront)",
        r"\b\d+\s*(?:%|percent)\s+(?:down\b|up\s?front|upfront|in\s+advance|deposit|on\s+(?:signing|signature"
        r"|delivery|acceptance|completion)|upon|at\s+(?:signing|signature)|with\s+(?:the\s+)?order)",
        r"\b(?:down\s*payment|deposit|prepayment|upfront\s+payment|retention)\s+(?:of|is|would\s+be|will\s+be"
        r"|at)\s+(?:only\s+|just\s+)?\d",
        rf"\b(?:pay|spread|split|paid|rest|balance|remainder)\b[^.!?\n]{{0,25}}\b(?:over|in|into|across)\s+(?:{_TIME}"
        rf"|{_NUM}\s+(?:equal\s+|monthly\s+|quarterly\s+|annual\s+)*(?:instal|payments?))",
        r"\binterest[- ]free\b|\b(?:monthly|quarterly|equal)\s+instal?lments?\b|\bbuy\s+now,?\s+pay\s+later\b|\bcash\s+on\s+delivery\b",
        r"\b(?:defer|postpone|delay|push\s+back|extend)\w*\s+(?:the\s+|your\s+|all\s+|any\s+)?(?:first\s+|final\s+"
        r"|last\s+)?payments?(?:\s+terms?)?\b|\bpay\s+(?:us\s+)?(?:later|whenever|next\s+year)\b",
        r"\b(?:ship|deliver|install|start|use\s+it)\w*\s+(?:it\s+)?(?:now|first)[^.!?\n]{0,20}\bpay\b",
    ),
    "sla": (
        rf"\b(?:rto|rpo|mttr)\b[^.!?\n]{{0,20}}{_NUM}",
        rf"\b(?:answer|pick\s+up|respond|response|reply|resol|fix|restor|repair|recover|acknowledg|on[- ]?site|call\s+back"
        rf"|replac)\w*\b[^.!?\n]{{0,30}}?\b(?:within|in|under|inside"
        rf"|less\s+than)\s+(?:{_NUM})\s*(?:\(\d+\)\s*)?[- ]?(?:business\s+|working\s+)?(?:seconds?|minutes?|hours?|hrs?|days?)\b",
        rf"\b{_NUM}[- ](?:minute|hour|hr|day)\s+(?:response|resolution|on-?site|fix|turnaround|callback|recovery)",
        r"(?:\b24\s*/\s*7\b|\b24\s*x\s*7\b|\b7\s*x\s*24\b|\baround[- ]the[- ]clock\b|\bround[- ]the[- ]clock\b)",
        r"\buptime\b|\bavailability\s+(?:of|at|is|above|over|:)?\s*(?:at\s+least\s+)?\d|\d\s*%\s+(?:service\s+"
        r"|system\s+)?availability|\b\d{2}\.\d+\s*%\s+(?:up|avail|of\s+the\s+time)|\bfive\s+nines\b"
        r"|\bzero\s+downtime\b|\bno\s+(?:more\s+than|unplanned)\b[^.!?\n]{0,20}\bdowntime\b",
    ),
    "exclusive": (
        r"\bexclusiv(?:e|ely|ity)\b(?!\s+(?:of|report|interview|event|webinar|preview)\b)",
        r"\bsole\s+(?:and\s+exclusive\s+)?(?:distributor|agent|supplier|partner|reseller|vendor|provider|representative|source)\b",
        r"\b(?:only|single)\s+(?:authori[sz]ed\s+)?(?:distributor|agent|supplier|partner|reseller"
        r"|vendor)\b[^.!?\n]{0,20}\b(?:in|for|of|we)\b",
        r"\b(?:won't|will\s+not|shall\s+not|never|not)\s+(?:sell|supply|licen[cs]e|offer|provide|market|distribute"
        r"|appoint|work\s+with|engage)\b[^.!?\n]{0,60}\b(?:compet\w+|anyone\s+else|other\s+(?:hospital|customer"
        r"|compan|distributor|part)\w*|any\s+other|another|rivals?|third\s+part\w+)\b",
        r"\bnot\s+(?:to\s+)?(?:appoint|sell|supply|purchase|market|distribute|enter\s+into|engage\s+in"
        r"|provide)\b[^.!?\n]{0,80}\b(?:any\s+(?:other|new)|additional|other\s+than|any\s+(?:person|entity|reseller"
        r"|distributor|third)|compet\w+)\b",
        r"\b(?:shall|will|agrees?|covenants?)\s+not\s+(?:to\s+)?(?:\w+,?\s+){0,6}compete\b|\bnon-?compet\w*|\bonly\s+distributor\b",
        r"\bno\s+other\s+(?:authori[sz]ed\s+)?(?:distributor|reseller|agent|partner|customer|hospital|compan|part"
        r"|buyer|client|dealer)\w*\b|\b(?:nobody|no\s+one)\s+else\s+(?:will|gets?|can)\b",
        r"\byou\s+(?:alone|only)\s+(?:will|can|get)\b|\bonly\s+you\s+(?:will|can|get)\b",
        r"\bright\s+of\s+first\s+(?:refusal|offer)\b|\bmost[- ]favou?red\b",
    ),
    "gift": (
        rf"\bfree\s+(?:\w+\s+){{0,2}}?{_CARE}\b|\b{_CARE}\b[^.!?\n]{{0,20}}\b(?:is|are|comes?|for|totally|completely"
        rf"|entirely)\s+(?:all\s+)?free\b(?!\s+(?:to|of\s+(?:error|bug|defect)|on|at|from))",
        r"\bfree\s+of\s+charge\b|\bfor\s+free\b|\bat\s+no\s+(?:extra\s+|additional\s+|further\s+)?(?:cost|charge)\b"
        r"|\bno\s+(?:extra|additional)\s+(?:cost|charge|fee)s?\b|\bwithout\s+(?:any\s+)?(?:extra\s+"
        r"|additional\s+)?(?:cost|charge)\b",
        r"\bon\s+the\s+house\b|\bcomplimentary\b|\b(?:our|the)\s+treat\b|\bat\s+our\s+(?:own\s+)?(?:expense|cost)\b"
        r"|\b(?:freebie|bonus\s+(?:licen|unit|month|seat|module)\w*)\b|\bgift\s+(?:card|voucher)s?\b",
        rf"\b(?:we|i)(?:'ll|\s+will|\s+can|\s+could|\s+would)?\s+(?:\w+\s+)?(?:absorb|cover|swallow|waive|pick\s+up"
        rf"|pay\s+for)\s+(?:the\s+|your\s+|all\s+|any\s+)*(?:\w+\s+){{0,2}}(?:fees?|costs?|charges?|shipping|{_CARE})\b",
        r"\bwaiv(?:e|ed|ing)\s+(?:the\s+|your\s+|all\s+)*(?:\w+\s+){0,2}(?:fee|cost|charge)s?\b|\b(?:fee|cost"
        r"|charge)s?\s+(?:is|are|will\s+be)\s+waived\b",
        rf"\b(?:throw(?:ing|n)?|toss(?:ing)?|add(?:ing)?)\s+in\s+(?:\w+\s+){{0,4}}?(?:{_CARE}|extra|another)\b|\bbuy\s+\w+,?\s+get\s+\w+",
    ),
    "refund": (
        r"\bevery\s+(?:cent|penny|dollar|yuan)\b[^.!?\n]{0,20}\bback\b",
        r"\brefund(?:s|ed|able|ing)?\b|\bmoney[- ]back\b|\bmoney\s+back\b|\breimburs\w+",
        r"\breturn\s+(?:it|them|the\s+(?:goods|product|units?|system|equipment))\b[^.!?\n]{0,30}\b(?:within"
        r"|any\s?time|no\s+questions|if)\b|\bno[- ]questions[- ]asked\b|\bcancel\s+(?:at\s+)?any\s?time\b",
        r"\b(?:give|return|pay)\s+(?:you\s+)?(?:back\s+)?(?:your|the)\s+(?:money|deposit|payment|fees?)\b(?:\s+back)?",
    ),
    "penalty": (
        r"\b(?:liquidated\s+damages|late\s+(?:fee|penalt|charge)\w*|penalt(?:y|ies)|service\s+credits?)\b",
        r"\b(?:we|us|supplier|vendor)\b[^.!?\n]{0,25}\b(?:compensat\w+|pay\s+(?:you\s+)?(?:\w+\s+){0,3}(?:damages"
        r"|compensation|penalt\w+)|cover\s+(?:every|all|any|your)\s+(?:loss|losses|damages?)|make\s+good)\b",
        r"\b\d+(?:\.\d+)?\s*%\s+(?:of\s+[^.!?\n]{1,30}\s+)?(?:per|for\s+each|for\s+every|a)\s+(?:day|week"
        r"|month)\s+(?:of\s+)?(?:delay|late)",
        r"\b(?:delay|late\s+delivery|downtime|failure)s?\b[^.!?\n]{0,20}\b(?:is|are|'s)\s+on\s+us\b",
    ),
    "warranty": (
        rf"\bwarrant(?:y|ies)\b[^.!?\n]{{0,40}}(?:{_TIME}|extend\w*|lifetime|for\s+life)|\b(?:{_TIME}|extended"
        rf"|lifetime|full)\s+(?:\w+\s+){{0,2}}warrant(?:y|ies)\b",
        r"\bwarranty\s+(?:period|service|shall|will|commences?|starts?|begins?|covers?|of|includes?)\b|\bunder\s+warranty\b",
        r"\bwe\s+(?:hereby\s+)?warrant\b|\bwarrant(?:ed|ies)\b|\b(?:represents?\s+and\s+warrants?|warrants?\s+(?:that|to))\b",
    ),
    "promise": (
        r"\bminimum\s+(?:annual\s+|monthly\s+|quarterly\s+|initial\s+)?(?:purchase|order|commitment|quantit|guarantee"
        r"|royalt)\w*|\b(?:purchase|order|buy)\s+(?:a\s+minimum|at\s+least|no\s+less)\b",
        r"\byou\s+have\s+(?:my|our)\s+word\b|\b(?:my|our)\s+word\s+on\s+it\b|\bi\s+promise\b|\bcount\s+on\s+(?:it"
        r"|us\s+to|me\s+to)\b|\brisk[- ]free\b",
        r"\bprices?\s+(?:will|shall)\s+(?:never|not)\s+(?:go\s+up|increase|rise|change)\b|\b(?:price|cost)[- ](?:lock"
        r"|freeze|match\w*|protection)\b|\bbest\s+price\s+guarantee",
        r"\b(?:unlimited|uncapped|full|all|sole)\s+(?:liability|responsibility|risk)\b|\b(?:take|accept|assume)s?\s+(?:the\s+)?blame\b",
        r"\b(?:all|any|every)\s+(?:your\s+)?(?:requirements?|requests?|features?|interfaces?"
        r"|customi[sz]ations?)\b[^.!?\n]{0,20}\b(?:will|shall|are|is)\s+(?:be\s+)?(?:met|covered|included|delivered"
        r"|supported)\b",
    ),
}
