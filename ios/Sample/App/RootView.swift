#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    /// The app by what its store allows.
    struct RootView: View {
        let app: AppModel
        @State private var state = AppModel.State.opening
        @Environment(\.scenePhase) private var phase

        var body: some View {
            content
                .following(app, $state)
                .overlay {
                    // What the system photographs for the app switcher must not show a protocol.
                    if phase != .active { PrivacyScreen() }
                }
        }

        @ViewBuilder private var content: some View {
            switch state {
            case .opening:
                ProgressView { Text(.opening) }
            case .locked:
                TryAgain(app: app, icon: "lock.fill", title: .lockedTitle, text: Phrase(.lockedText))
            case .passcode(let problem):
                UnlockView(app: app, problem: problem)
            case .failed(let problem):
                VStack {
                    TryAgain(app: app, icon: "exclamationmark.octagon.fill", title: .openFailedTitle, text: problem)
                    WipeButton().padding()
                }
            case .ready:
                if let observer = app.observer, let captures = app.captures {
                    WorkView(observer: observer, captures: captures, recovered: app.recovered, language: app.platform.language)
                }
            case .wiped:
                Notice(icon: "checkmark.circle.fill", title: .wipeDone)
            }
        }
    }

    private struct TryAgain: View {
        let app: AppModel
        let icon: String
        let title: TextKey
        let text: Phrase

        var body: some View {
            Notice(icon: icon, title: title, text: text)
            Button {
                Task { await app.open() }
            } label: {
                Text(.retry)
            }
            .buttonStyle(WideButton())
            .padding()
        }
    }

    private struct PrivacyScreen: View {
        var body: some View {
            ZStack {
                Color(uiColor: .systemBackground).ignoresSafeArea()
                Text(.privacyScreen).font(.title2.bold())
            }
        }
    }

    /// An invite first, then the four tabs.
    private struct WorkView: View {
        let observer: Observer
        let captures: CaptureFolder
        let recovered: Int
        @StateObject private var home: Kept<HomeModel>
        @State private var state = HomeModel.State()

        init(observer: Observer, captures: CaptureFolder, recovered: Int, language: String) {
            self.observer = observer
            self.captures = captures
            self.recovered = recovered
            _home = StateObject(wrappedValue: Kept(HomeModel(observer, language: language)))
        }

        var body: some View {
            Group {
                if state.status == nil {
                    ProgressView()
                } else if state.needsInvite {
                    InviteView(observer: observer, refused: state.status?.enrolmentRefused)
                } else {
                    tabs
                }
            }
            .following(home.model, $state)
            .task { await home.model.follow() }
        }

        private var tabs: some View {
            TabView {
                FillView(home: home.model, state: state, observer: observer, captures: captures, recovered: recovered)
                    .tabItem { Label(TextKey.tabFill.string, systemImage: "square.and.pencil") }
                OutboxView(observer: observer, captures: captures)
                    .tabItem { Label(TextKey.tabOutbox.string, systemImage: "tray.and.arrow.up") }
                    .badge(Int(state.waiting))
                MessagesView(observer: observer, captures: captures)
                    .tabItem { Label(TextKey.tabMessages.string, systemImage: "envelope") }
                    .badge(state.unread)
                MoreView(status: state.status, observer: observer)
                    .tabItem { Label(TextKey.tabMore.string, systemImage: "ellipsis.circle") }
            }
        }
    }

    /// Keeps a model for as long as its view has its identity.
    final class Kept<Model>: ObservableObject {
        let model: Model

        init(_ model: @autoclosure () -> Model) {
            self.model = model()
        }
    }
#endif
