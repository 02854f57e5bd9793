## Бақылаушылар және олардың құрылғылары.

observers-title = Бақылаушылар және олардың құрылғылары
observers-none = Әлі бірде-бір құрылғы қосылған жоқ.
observers-note = Жаңа телефон алған адамның екі тізбегі бар; ол — бір бақылаушы. Уақыт: { $zone }. Платформалардың телефон туралы айтқаны ештеңені шешпейді.
observers-some-only = Құрылғылардың барлығы көрсетілмеген; барлығын `kuager device list` көрсетеді.
device-trusted = сенімді
device-revoked-from = { $since } кері қайтарылды; № { $number } дейін сенімді
device-revoked = { $since } кері қайтарылды; ешбіріне сенім жоқ
device-follows = { $device } құрылғысын жалғастырады: телефон көшірмеден қалпына келтірілген
device-records = есепке алынатын жазбалар: { $records }; бөлек сақталған: { $apart }
device-pack = пакет: { $edition }-шығарылым
device-pack-older = пакет: { $edition }-шығарылым, ең жаңасы емес
device-program = өзін { $program } деп атайды
device-messages-unknown = хабарламалар: { $count }; үйлестіруші іске қосылғалы сұраған жоқ
device-messages-all = хабарламалар: { $count }, барлығы алынды; соңғы сұрау { $at }
device-messages-behind = жолдағы хабарламалар: { $count }, алғашқысы { $first }; соңғы сұрау { $at }
attested-nothing = платформа телефон туралы ештеңе айтқан жоқ
attested-holds = платформа телефонға кепілдік береді; кілт { $level }
attested-fails = телефон туралы айтылған расталмайды: { $fault }
attested-in-software = бағдарламада
attested-in-environment = сенімді ортада
attested-in-element = жеке микросхемада
attested-in-unknown = белгісіз жерде
attested-unreadable = оқылмайды
attested-root = платформаның түбіріне апармайды
attested-chain = ішіндегі қолтаңба жарамсыз
attested-time = сертификаттың мерзімі келмейді
attested-revoked = платформа сертификатты кері қайтарған
attested-challenge = басқа қосылу үшін жасалған
attested-key = басқа кілт туралы айтылған

## Бақылаушыларға қоңыраулар.

call-calls = Қоңыраулар
call-due = Қазір қоңырау шалу керек
call-write = Қоңырауды жазу
call-outcome = Қалай аяқталды
call-next = Келесі қоңырау неше минуттан кейін (бос — керек емес)
call-send = Жазу
call-next-at = келесі қоңырау { $at }
call-reached = жауап берді
call-no-answer = жауап жоқ
call-unreachable = телефон өшірулі немесе желі жоқ
call-wrong-number = нөмір дұрыс емес
call-absent = учаскеде емес

## The encrypted list of names.

names-file = Есімдердің шифрланған тізімі
names-note = Есімдерді кілт бар жерде ғана оқуға болады:
