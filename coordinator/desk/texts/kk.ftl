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

## One station.

station-nothing = Бұл учаскеден әлі жазба келген жоқ.
station-newest-only = Тек ең соңғы жазбалар көрсетілген.
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

## Copies for publication.

copies = Жариялауға арналған көшірмелер
redact = Жариялауға көшірме жасау
redact-help = Жасырылатын жерлерді тышқанмен белгілеңіз немесе сандармен жазыңыз: сол жақ шеті, жоғарғы шеті, ені, биіктігі (пиксельмен, әр жолда бір тіктөртбұрыш). Олар қара түспен боялады, файл деректері алынып тасталады, түпнұсқа өзгермейді.
redact-regions = Тіктөртбұрыштар
redact-make = Көшірме жасау
