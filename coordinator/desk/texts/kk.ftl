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
observers-note = Жаңа телефон алған адамның екі тізбегі бар; ол — бір бақылаушы. Уақыт: { $zone }.
observers-some-only = Құрылғылардың барлығы көрсетілмеген; барлығын `kuager device list` көрсетеді.
device-trusted = сенімді
device-revoked-from = { $since } кері қайтарылды; № { $number } дейін сенімді
device-revoked = { $since } кері қайтарылды; ешбіріне сенім жоқ
device-follows = { $device } құрылғысын жалғастырады: телефон көшірмеден қалпына келтірілген
device-records = есепке алынатын жазбалар: { $records }; бөлек сақталған: { $apart }

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
