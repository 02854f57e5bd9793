# What the desk says: Қазақша.

# This language in itself.
language-name = Қазақша

## What every page says.

language = Тіл
all-stations = Барлық учаскелер
observer = бақылаушы
device = құрылғы
picture = Сурет
not-arrived = файл әлі келген жоқ
not-shown = файл осында, бірақ браузер оны көрсете алмайды

## All stations.

index-title = Келіп түскен жазбалар
index-station = Учаске
index-total = Барлығы
index-other = Басқа
index-records = Жазбалар, түзетілгені бір рет
index-heard = Жазба келген учаскелер
index-faults = Тізбектегі ақаулар
index-silent = жазба жоқ
index-unlisted = Тізімде жоқ учаскелер (қолмен жазылған)
index-training = Жаттығу жазбалары (есепке алынбайды)
station-none = Учаске көрсетілмеген
index-times = Уақыт { $zone } бойынша: соңғы жазба келген сәт.
index-reload = Жаңарту үшін бетті қайта жүктеңіз.
index-lost = Байланыс үзілді, сандар ескірген болуы мүмкін.

## The board: who is silent, what does not add up.

index-attention = Назар аударуды қажет етеді
index-hours = Сағат бойынша келу
index-found = { $found } ішінен { $from }–{ $to }
index-habits = Келу туралы дерек өз сағатынан { $grace } минут өткен соң кешіккен, телефон { $quiet } минуттан кейін байланыстан тыс деп есептеледі.
view-listed = Тізімдегі учаскелер
state-failed = сәйкес келмейді
state-conflict = қайшылық
state-missing = хабар жоқ
state-late = кешігуде
state-unreachable = байланыс жоқ
state-partial = ішінара
state-unattended = ешкім жіберілмеген
mark-gap = тізбектегі үзік: { $count }
trouble-others = тағы { $count }
row-incidents = оқиғалар: { $count }
row-seen = соңғы байланыс
hour-heard = келді
hour-open = әлі мерзімі емес
hour-late = кешігуде
contest-stands = { $contest }: { $status }; көшірмелер: { $copies }
contest-none = хаттама жоқ
contest-reported = хабарланған
contest-confirmed = расталған
contest-disputed = даулы: көшірмелер әртүрлі
contest-official-match = ресми дерекке сәйкес
contest-official-mismatch = ресми деректен өзгеше
order-place = орны бойынша
order-trouble = алдымен мәселелер
order-silence = алдымен ұзақ үнсіздер
order-news = алдымен жаңалары
filter-words = Учаске
filter-any = кез келген
filter-form = Келмегені
filter-observer = Бақылаушы
filter-order = Реті
filter-show = Көрсету
filter-none = қайтадан барлығы
regions-title = Өңірлер
arrivals-title = Келіп түсуі, бес минуттан
as-table = кесте түрінде
pages-title = Беттер
pages-before = артқа
pages-after = келесі

## A station's protocols, side by side.

station-failing = Сәйкес келмейді
station-newer = жаңарақ жазбалар
station-older = ескірек жазбалар
record-ids = толық идентификаторлар
copy-line = Жол
copy-own = өз оқуы
copy-official = Ресми
copy-versions = нұсқалар: { $count }
copy-unfit = сәйкес емес жауаптар: { $count }
copy-undecided = шешу мүмкін емес: { $count }
copy-files = фото: { $asked } ішінен { $count }
turnout-title = Келу
turnout-hour = Сағат
turnout-told = Комиссия айтқан
turnout-own = Байқаушы санаған
turnout-whole = үзіліссіз
incidents-title = Оқиғалар

## One station.

station-nothing = Бұл учаскеден әлі жазба келген жоқ.
station-times = Уақыт { $zone } бойынша: жазба қабылданған сәт.
record-training = жаттығу, есепке алынбайды
record-corrected = кейінгі жазбамен түзетілген
record-apart = сенім жоқ: құрылғы кері қайтарылған; есепке алынбайды
word-about = Басқа жазба туралы
status-reported = хабарланған
status-corroborated = басқа дереккөз растаған
status-verified = тексерілген
status-disputed = даулы
status-withdrawn = қайтарып алынған
record-text = Мәтін
file-original-coming = түпнұсқа жүктелуде

## What does not hold in the chains of devices.

chains-title = Тізбектерде сәйкес келмейтін жайттар
chains-none = Ештеңе жоқ: барлық тізбек бүтін.
chains-note = Мұның ешқайсысы өздігінен жазбаға сенбеуге негіз емес: сақтық көшірмеден қалпына келтірілген телефон бір нөмірді екі рет қолданады, бүлінген телефоннан кейін нөмірлер жетіспейді. Бұл — сұрап білуге негіз. Нөмірлер әр түрдің алғашқы жазбаларына апарады.
fault-broken-link = алдыңғы жазбаны жалғастырмайды
fault-fork = осы нөмірмен басқа жазба бар
fault-gap = қазір нөмірлер жетіспейді
fault-lost = құрылғы нөмірлердің жоғалғанын мәлімдеді
fault-other-station = бақылаушы бұл учаскеге жіберілмеген

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

## How an answer is said that the pack has no words for.

answer-yes = иә
answer-no = жоқ
answer-not-seen = көрмедім
answer-not-applicable = қатысы жоқ

## What must add up in a record.

relations = Бақылау арақатынастары, осы жерде тексерілген
relation-holds = орындалады
relation-fails = орындалмайды
relation-unknown = шешуге болмайды
relation-not-judged = бұл жауаптарға қатысты емес
relations-hold = Басқалары да орындалады: { $count }.
relation-sealed = телефон жазғаны: { $verdict }
relation-nothing-sealed = ештеңе, яғни ол жерде орындалған немесе тексерілмеген
relations-differ = Айырмашылық осы құрылғының бұрынғы жазбалары әлі келмегенін де білдіруі мүмкін.

## One file.

file-preview-shown = Алдын ала көрініс қана көрсетілген.
file-original = Түпнұсқа
file-preview = Алдын ала көрініс
file-redacted = Жасырылған көшірме
file-captured = осы қолданбада түсірілген (қолданбаның мәлімдеуінше)
file-imported = галереядан алынған
file-derived = қолданба басқа файлдан жасаған
file-elsewhere = Басқа учаскеде де кездеседі
file-same = Дәл осы файл
file-similar = Ұқсас сурет
file-zoom = Үлкейту
file-rotate = Бұру
file-kind = Түрі мен көлемі
file-arrived = Келген уақыты ({ $zone })
file-open = файлды ашу
file-made-from = Мына файлдан жасалған
file-records = Бұл файл көрсетілген жазбалар
file-receipted = қолхат берілді
file-not-receipted = қолхат әлі берілген жоқ
file-claims = Файлдың өзі туралы айтқаны (EXIF)
file-claims-note = Бұл дәлел емес: мұнда кез келген адам кез келген нәрсені жаза алады.
file-claims-signed = Қол қойылған жазбадағы EXIF
file-problem-too-large = Сурет тексерілмеді: ол бұл бағдарлама оқи алатыннан үлкен. Файл келген күйінде сақталды.
file-problem-impossible = Сурет тексерілмеді: ол байттарына сыймайтын пиксель санын көрсетеді, зиян келтіру үшін жасалған. Оны ашпаңыз.
file-problem-unreadable = Суретті тексеру мүмкін болмады: ол бүлінген немесе аталған түрден емес. Файл келген күйінде сақталды.
file-problem-gave-up = Суретті тексеру мүмкін болмады: бұл бір суретке берілгеннен көп уақыт немесе жад алды. Онымен сақ болыңыз.

## Asking for another photo.

retake = Қайта түсіруді сұрау:
retake-text = Бұл бетті қайта түсіріңізші: оқылмайды.
retake-send = Жіберу
retake-sent = Өтініш жіберілді. Телефон келесі байланыста алады.
retake-asked = Қайта түсіру сұралды

## Copies for publication.

copies = Жариялауға арналған көшірмелер
redact = Жариялауға көшірме жасау
redact-help = Жасырылатын жерлерді тышқанмен белгілеңіз немесе сандармен жазыңыз: сол жақ шеті, жоғарғы шеті, ені, биіктігі (пиксельмен, әр жолда бір тіктөртбұрыш). Олар қара түспен боялады, файл деректері алынып тасталады, түпнұсқа өзгермейді.
redact-regions = Тіктөртбұрыштар
redact-make = Көшірме жасау

## Хаттамаларды фотосуретімен салыстыру.

papers-title = Хаттамалар мен фотосуреттер
papers-how = Екі адам фотосуреттен көргенін бір-бірінен бөлек тереді, айырмашылық болса — үшінші адам. Қалғанын термеген адам шешеді.
papers-none = Сізге оқитын хаттама қалмады.
papers-next = Келесі хаттаманы оқу
papers-unsettled = Шешімді күтеді
papers-differ = Фотосурет пен бақылаушы сандары әртүрлі
papers-differ-note = Екеуі де өзгермейді: айырмашылық солай көрсетіледі.
paper-unread = Ешкім оқымаған
paper-once = Бір адам оқыған
paper-third = Үшінші оқырманды күтеді
paper-unsettled = Шешімді күтеді
paper-done = Оқылды
paper-photos = Хаттаманың фотосуреттері
paper-retake = Бетті ашу немесе қайта түсіруді сұрау
paper-how = Қағазда не тұрса, соны теріңіз. Бос жолды бос қалдырыңыз, оқылмаса — ? белгісін қойыңыз.
paper-send = Жіберу
paper-nothing = Ештеңе терілмеді. Бет мүлде оқылмаса, жолдарға ? белгісін қойыңыз.
paper-wrong = «{ $field }» жолына «{ $typed }» сай келмейді.
paper-read-by = Оқығандар саны
paper-field = Жол
paper-reader = Оқырман
paper-finding = Нәтиже
paper-signed = Бақылаушы қол қойған
paper-differs = басқа
paper-settle = Шешу
paper-note = Неге
paper-settle-send = Шешімді жазу
field-open = екінші оқырман керек
field-disputed = әртүрлі оқылды
field-unreadable = оқылмайды
field-empty = бос
## Who is at the desk.

who-anybody = Есептік жазбалар жоқ: осы компьютерде жұмыс істейтін кез келген адам бұл беттерді пайдалана алады.
who-leave = Шығу
login-title = Кіру
login-name = Аты
login-password = Құпиясөз
login-code = Аутентификатор қолданбасының коды, алты цифр
login-send = Кіру
login-wrong = Аты, құпиясөз немесе код дұрыс емес. Әр код бір рет қана жарамды.
login-wait = Әрекет тым көп болды. Келесісі { $seconds } секундтан кейін қаралады.
login-busy = Қазір тым көп адам кіріп жатыр. Қайталап көріңіз.
refused-title = Бұл бет сіздің рөлдеріңізге арналмаған
refused-note = Рөлдеріңіз: { $roles }. Басқа рөлдерді үйлестіруші серверін жүргізетін адам бере алады.
me-title = Менің есептік жазбам
me-roles = Рөлдер
me-places = Ашық сеанстар саны
me-leave-all = Барлық жерден шығу
me-password = Басқа құпиясөз
me-password-note = Кемінде { $shortest } таңба; сүйек тастап таңдалған бес сөз жақсы. Содан кейін барлық жерде қайта кіресіз.
me-former = Қазіргі құпиясөз
me-new = Жаңа құпиясөз
me-again = Тағы бір рет
me-change = Өзгерту
me-differ = Екі жаңа құпиясөз бірдей емес; ештеңе өзгерген жоқ.
me-unfit = Жаңа құпиясөзде { $shortest } таңбадан аз немесе ол тым ұзын; ештеңе өзгерген жоқ.
role-admin = әкімші
role-coordinator = үйлестіруші
role-transcriber = деректерді енгізуші
role-analyst = талдаушы
role-publisher = жариялаушы
role-read-only = тек оқу

## Who looked at what.

views-title = Кім нені қарады
views-note = Бақылаушылар, учаскелер мен файлдар туралы беттер және суреттердің түпнұсқалары. Он минут ішінде қайта қаралғаны бір рет жазылады. Уақыт { $zone } бойынша.
views-none = Әзірге ешкім ештеңе қараған жоқ.
views-who = Кім
views-when = Қашан
views-what = Не
views-file = файл беті
views-original = файлдың түпнұсқасы
views-older = Ертеректегілер

## Ресми деректер хаттамалармен қатар.

official-title = Ресми деректер
official-note = Хаттаманың ешбір көшірмесі ресми санды айтпайтын жолдар, айырмасы үлкендері жоғарыда. Айырмашылық — тексеруге себеп; кімнің қатесі екенін ол айтпайды.
official-lines = Айырмасы бар жолдар
official-stations = Учаскелер
official-none = Айырмашылық жоқ, немесе ресми деректер енгізілмеген.
official-station = Учаске
official-protocol = Хаттамада
official-official = Ресми
official-difference = Айырма
official-entry = Журналдағы жазба

## Сауалнамаға тыйым.

embargo = Сауалнама нәтижесі
embargo-until = { $until } дейін ешкімге көрсетілмейді (28(9)-бап)

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
