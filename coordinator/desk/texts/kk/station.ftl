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
