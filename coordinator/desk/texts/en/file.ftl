## One file.

file-preview-shown = Only the preview is shown.
file-original = Original
file-preview = Preview
file-redacted = Redacted copy
file-captured = taken in this app (so it says)
file-imported = from the gallery
file-derived = made by the app from another file
file-elsewhere = Seen at another station, too
file-same = This very file
file-similar = Similar picture
file-zoom = Zoom
file-rotate = Rotate
file-kind = Kind and size
file-arrived = Arrived ({ $zone })
file-open = open the file
file-made-from = Made from
file-records = Records that list this file
file-receipted = receipt given
file-not-receipted = no receipt yet
file-claims = What the file says about itself (EXIF)
file-claims-note = Claims, not evidence: anybody can write anything there.
file-claims-signed = EXIF in the signed record
file-problem-too-large = The picture was not examined: it is larger than this program decodes. The file is kept as it came.
file-problem-impossible = The picture was not examined: it claims more pixels than its bytes can hold, and was made to do harm. Do not open it.
file-problem-unreadable = The picture could not be examined: it is damaged, or not of the kind it is said to be. The file is kept as it came.
file-problem-gave-up = The picture could not be examined: that took more time or memory than one picture may. Be careful with it.

## Asking for another photo.

retake = Ask for another photo:
retake-text = Please photograph this page again: it cannot be read.
retake-send = Send
retake-sent = Sent. The phone gets it when it next has a connection.
retake-asked = Another photo was asked for

## Copies for publication.

copies = Copies for publication
redact = Make a copy for publication
redact-help = Mark what is to be hidden with the mouse, or type it: left, top, width, height (in pixels, one rectangle per line). It is filled with black, what the file says about itself is removed, and the original does not change.
redact-regions = Rectangles
redact-nothing = Nothing to hide here: I have looked at the whole picture
redact-next = You see the copy before anybody else does; nothing is public until you say so.
redact-make = Show the copy
redact-look = What will be public
redact-public = Public at once, to everybody, and cannot be withdrawn: what somebody has fetched, nobody gets back.
redact-hides = Rectangles that are black: { $count }.
redact-hides-nothing = Nothing is hidden.
redact-check = Look at the whole picture: faces, signatures, addresses, telephone numbers, ballots.
redact-keep = Make it public
redact-back = Back, to mark something else
