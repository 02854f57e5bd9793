#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    /// What the coordinator wrote. A page to photograph again is one tap away.
    struct MessagesView: View {
        let observer: Observer
        let captures: CaptureFolder
        @StateObject private var messages: Kept<MessagesModel>
        @State private var state = MessagesModel.State()
        @State private var draft: OpenedDraft?

        init(observer: Observer, captures: CaptureFolder) {
            self.observer = observer
            self.captures = captures
            _messages = StateObject(wrappedValue: Kept(MessagesModel(observer)))
        }

        var body: some View {
            NavigationStack {
                List {
                    if let problem = state.problem { ProblemLabel(phrase: problem) }
                    if state.messages.isEmpty { Text(.messagesNone) }
                    ForEach(state.messages, id: \.number, content: row)
                }
                .navigationTitle(Text(.tabMessages))
            }
            .following(messages.model, $state)
            .task { await messages.model.follow() }
            .sheet(item: $draft) { draft in
                NavigationStack { FormView(observer: observer, draft: draft.id, captures: captures) }
            }
        }

        private func row(_ message: MessageInfo) -> some View {
            VStack(alignment: .leading, spacing: 8) {
                if !message.read { Text(.messagesUnread).font(.footnote.bold()) }
                Text(verbatim: message.text).font(message.read ? .body : .body.bold())
                Text(verbatim: message.sentMs.timeText).font(.footnote)
                if message.ask == .retake {
                    Button {
                        retake(message)
                    } label: {
                        Label(TextKey.messageRetake.string, systemImage: "camera")
                    }
                    .buttonStyle(WideButton())
                }
            }
            .onAppear { Task { await messages.model.read(message) } }
        }

        private func retake(_ message: MessageInfo) {
            Task {
                if let retake = await messages.model.retake(message) { draft = OpenedDraft(id: retake.draft) }
            }
        }
    }
#endif
