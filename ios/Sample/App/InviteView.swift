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
                    if state.invite == nil { ways } else { destination }
                }
                .padding()
            }
            .following(invite.model, $state)
            // The scheme, and links that no other app can claim.
            .onOpenURL { link in Task { await invite.model.read(link.absoluteString) } }
            .fullScreenCover(isPresented: $scans) {
                ScannerView { text in
                    scans = false
                    Task { await invite.model.read(text) }
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
                Task { @MainActor in
                    if let text = texts.first { await invite.model.read(text) }
                }
            }
            .controlSize(.large)
            .accessibilityLabel(Text(.invitePaste))
        }

        @ViewBuilder private var destination: some View {
            VStack(alignment: .leading, spacing: 12) {
                if let title = state.title(in: AppLanguage.current) {
                    Text(verbatim: title).font(.title2.bold()).accessibilityAddTraits(.isHeader)
                } else {
                    Text(.inviteUnknown)
                }
                Text(Phrase(.inviteLeadsTo, .text(state.hosts.joined(separator: "\n"))))
                ForEach(state.warnings, id: \.self) { ProblemLabel(phrase: $0) }
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
