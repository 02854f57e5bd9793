## A station's protocols, side by side.

station-failing = Сәйкес келмейді
station-newer = жаңарақ жазбалар
station-older = ескірек жазбалар
record-ids = толық идентификаторлар
record-evidence = жазба мен қолхат, қол қойылған күйінде
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

## When it was sealed, and the chains it is in.

record-sealed = телефон сағаты бойынша { $at } мөрленген
record-prev = Алдыңғы жазба
clock-latest = { $at } кешіктірілмей мөрленген: сол телефонның кейінгі жазбасы соны көрсетеді
clock-ahead = телефон сағаты кемінде { $minutes } мин алда
clock-jumped = алдыңғы жазбадан кейін телефон сағаты ауыстырылған
station-chains = Осы жерден хабарлайтын құрылғылардың тізбектері
chain-records = Жазбалар
chain-head = Соңғысы
chain-missing = Жетіспейді
chain-twice = Бір нөмірмен екі рет
