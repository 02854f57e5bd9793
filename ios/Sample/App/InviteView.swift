#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    /// Scans or pastes an invite, shows where it leads, and follows it.
    struct InviteView: View {
        /// Stable name of the reason why the last invite was refused.
        let refused: String?
        @EnvironmentObject private var device: Device
        @StateObject private var invite: Kept<InviteModel>
        @State private var state = InviteModel.State()
        @State private var scans = false

        init(observer: Observer, refused: String?) {
            self.refused = refused
            _invite = StateObject(wrappedValue: Kept(InviteModel(observer)))
        }

        var body: some View {
            ScrollView {
                VStack(spacing: 20) {
                    Notice(icon: "qrcode", title: .inviteTitle, text: Phrase(.inviteText))
                    if let refused { ProblemLabel(phrase: Phrase(SyncObstacle.enrolment(code: refused))) }
                    if let problem = state.problem { ProblemLabel(phrase: problem) }
                    if let read = state.invite { destination(read) } else { ways }
                }
                .padding()
            }
            .following(invite.model, $state)
            .fullScreenCover(isPresented: $scans) {
                ScannerView { text in
                    scans = false
                    invite.model.read(text)
                }
            }
        }

        @ViewBuilder private var ways: some View {
            Button {
                scans = true
            } label: {
                Label(TextKey.inviteScan.string, systemImage: "qrcode.viewfinder")
            }
            .buttonStyle(WideButton())
            // The system asks nobody for a paste that a person made with this button.
            PasteButton(payloadType: String.self) { texts in
                Task { @MainActor in texts.first.map(invite.model.read) }
            }
            .controlSize(.large)
            .accessibilityLabel(Text(.invitePaste))
        }

        @ViewBuilder private func destination(_ read: InviteInfo) -> some View {
            VStack(alignment: .leading, spacing: 12) {
                Text(Phrase(.inviteLeadsTo, .text(read.servers.joined(separator: "\n"))))
                Text(verbatim: state.digits)
                    .font(.title.monospaced().bold())
                    .accessibilityLabel(Text(verbatim: state.digits.map(String.init).joined(separator: " ")))
                Text(.inviteCompare)
            }
            .frame(maxWidth: .infinity, alignment: .leading)
            Button {
                Task {
                    await invite.model.accept()
                    device.deliveryPossible()
                }
            } label: {
                Text(.inviteAccept)
            }
            .buttonStyle(WideButton())
            Button {
                invite.model.forget()
            } label: {
                Text(.cancel)
            }
            .buttonStyle(WideButton(isProminent: false))
        }
    }
#endif
