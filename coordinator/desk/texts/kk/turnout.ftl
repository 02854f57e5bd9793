## Turnout and what of it does not fit together.

turnout-country = бүкіл ел
turnout-all = барлық учаскелер
turnout-protocols = Хаттамасы бар учаскелер
turnout-issued = Бюллетень алғандар, тізімнен
turnout-stations = Учаскелер
turnout-note = Үлес — тізімі белгілі әрі сол сағатта дерегі бар учаскелер бойынша; әр сағаттағы учаскелер әртүрлі болуы мүмкін. Бұл іріктеме емес және ел туралы бағалау емес.
curve-title = Сағат бойынша келу
curve-protocol = хаттама

## Flags.

flags-title = Белгілер
flags-note = Белгі — қарауға себеп, дәлел емес: кез келгенінің жазықсыз себебі болуы мүмкін.
flags-none = Мұндай белгі жоқ.
flag-protocol = хаттамада
flag-jump = кеш секіріс
flag-jump-said = { $from } дейін { $with } адам дауыс берді деп айтылды, хаттамада { $number } бюллетень берілген: айырмасы { $difference }, шегі { $limit } (100 не берілгеннің оннан бірі).
flag-rise = кешкі күрт өсу
flag-rise-said = { $from } мен { $at } аралығында { $with } → { $number }: { $difference } адам, шегі { $limit } (бұрынғы ең жылдам қарқынның екі еселенгені).
flag-falls = кеміген дерек
flag-falls-said = { $at } айтылған { $number } саны { $from } айтылған { $with } санынан { $difference } кем.
flag-above-list = тізімнен көп
flag-above-list-said = { $at }: { $number }, ал тізімде { $with } сайлаушы: { $difference } артық.
flag-below-told = айтылғаннан аз
flag-below-told-said = { $from } { $with } деп айтылды, ал хаттамада { $number } берілген: { $difference } кем.
flag-told-differs = әртүрлі айтылған
flag-told-differs-said = { $at } үшін әртүрлі айтылды: { $with } және { $number }, айырмасы { $difference }, шегі { $limit }.
flag-own-differs = өз санағынан өзгеше
flag-own-differs-said = { $at }: { $number }, ал үзіліссіз санағанда { $with }: айырмасы { $difference }, шегі { $limit }.
flag-throughput = мүмкін емес қарқын
flag-throughput-said = { $from } мен { $at } аралығында { $difference } адам дауыс берген ({ $with } → { $number }); заң рұқсат ететін ең үлкен комиссия { $limit } адамға қызмет көрсетеді (мүшеге сағатына 60).
flag-outside = Үй-жайдан тыс
flag-outside-said = Бюллетень алған { $with } адамның { $number } үй-жайдан тыс дауыс берген: шегі { $limit } (оннан бірі).
flag-absentee = Есептен шығару куәлігімен
flag-absentee-said = Бюллетень алған { $with } адамның { $number } есептен шығару куәлігімен дауыс берген: шегі { $limit } (жиырмадан бірі).
