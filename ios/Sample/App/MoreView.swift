#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    /// Who this device is, and how to destroy everything on it.
    struct MoreView: View {
        let status: ObserverStatus?
        let observer: Observer
        @EnvironmentObject private var device: Device

        var body: some View {
            NavigationStack {
                List {
                    if let status { standing(status) }
                    NavigationLink {
                        PasscodeView(observer: observer, app: device.model)
                    } label: {
                        Text(.passcodeTitle).frame(minHeight: 44)
                    }
                    Section {
                        Text(.wipeText)
                        WipeButton()
                    } header: {
                        Text(.wipeTitle)
                    }
                }
                .navigationTitle(Text(.tabMore))
            }
        }

        private func standing(_ status: ObserverStatus) -> some View {
            Section {
                if let observer = status.observer {
                    Text(Phrase(.statusObserver, .text(observer)))
                } else {
                    Text(.statusNotEnrolled)
                }
                Text(Phrase(.statusDevice, .text(String(status.device.prefix(16))))).textSelection(.enabled)
                if let revoked = status.revoked {
                    let upTo = revoked.lastSeq.map { Phrase(.statusRevokedUpTo, .number($0)) }
                    ProblemLabel(phrase: upTo ?? Phrase(.statusRevoked))
                }
                if let behind = status.behind { ProblemLabel(phrase: Phrase(.statusBehind, .number(behind))) }
                if let wrong = status.clockErrorMs {
                    ProblemLabel(phrase: Phrase(.statusClockWrong, .number(Int64(wrong.magnitude / 60_000))))
                }
                if let recovery = status.recovery {
                    ProblemLabel(phrase: Phrase(.statusRecovered, .number(recovery.records)))
                }
            }
        }
    }

    /// Destroys everything when it is held down. With VoiceOver, which has no holding down, it asks instead.
    struct WipeButton: View {
        @EnvironmentObject private var device: Device
        @State private var button = HoldToConfirm()
        @State private var progress = 0.0
        @State private var isHeld = false
        @State private var isWiping = false
        @State private var asks = false
        @State private var problem: Phrase?

        var body: some View {
            VStack(spacing: 8) {
                Text(isWiping ? .wipeDoing : .wipeHold)
                    .font(.headline)
                    .foregroundStyle(.white)
                    .frame(maxWidth: .infinity, minHeight: 64)
                    .background {
                        ZStack(alignment: .leading) {
                            Color.red
                            GeometryReader { area in Color.black.opacity(0.35).frame(width: area.size.width * progress) }
                        }
                    }
                    .clipShape(RoundedRectangle(cornerRadius: 12))
                    .gesture(
                        DragGesture(minimumDistance: 0).onChanged { _ in isHeld = true }.onEnded { _ in isHeld = false }
                    )
                    .accessibilityElement()
                    .accessibilityLabel(Text(.wipeTitle))
                    .accessibilityAddTraits(.isButton)
                    .accessibilityAction { asks = true }
                if let problem { ProblemLabel(phrase: problem) }
            }
            .task(id: isHeld) { await hold() }
            .confirmationDialog(TextKey.wipeTitle.string, isPresented: $asks, titleVisibility: .visible) {
                Button(role: .destructive) {
                    Task { await wipe() }
                } label: {
                    Text(.wipeTitle)
                }
            } message: {
                Text(.wipeText)
            }
        }

        private func hold() async {
            guard isHeld else {
                button.release()
                progress = 0
                return
            }
            button.press(at: .now)
            while !Task.isCancelled, !button.isConfirmed {
                progress = button.tick(at: .now)
                try? await Task.sleep(nanoseconds: 30_000_000)
            }
            // Not in this task, which ends when the finger leaves.
            if button.isConfirmed { Task { await wipe() } }
        }

        private func wipe() async {
            guard !isWiping else { return }
            isWiping = true
            do {
                try await device.wipe()
            } catch {
                problem = Phrase(.wipeFailed, .text(Phrase(error).string))
                button = HoldToConfirm()
            }
            isWiping = false
        }
    }
#endif
