#if canImport(SwiftUI)
    import SampleModel
    import SwiftUI

    /// A button for the thumb of a hand that holds a pen as well: large, and readable in the sun.
    struct WideButton: ButtonStyle {
        var isProminent = true
        var role: ButtonRole?

        func makeBody(configuration: Configuration) -> some View {
            let colour: Color = role == .destructive ? .red : .accentColor
            configuration.label
                .font(.headline)
                .frame(maxWidth: .infinity, minHeight: 56)
                .padding(.horizontal)
                .foregroundStyle(isProminent ? Color.white : colour)
                .background(isProminent ? colour : colour.opacity(0.12), in: RoundedRectangle(cornerRadius: 12))
                .opacity(configuration.isPressed ? 0.7 : 1)
        }
    }

    /// What went wrong, in words; read out as soon as it appears.
    struct ProblemLabel: View {
        let phrase: Phrase

        var body: some View {
            Label {
                Text(phrase)
            } icon: {
                Image(systemName: "exclamationmark.triangle.fill").accessibilityHidden(true)
            }
            .font(.callout.weight(.semibold))
            .foregroundStyle(.red)
            .frame(maxWidth: .infinity, alignment: .leading)
        }
    }

    /// A screen's one word, while there is nothing else.
    struct Notice: View {
        let icon: String
        let title: TextKey
        var text: Phrase?

        var body: some View {
            VStack(spacing: 16) {
                Image(systemName: icon).font(.largeTitle).accessibilityHidden(true)
                Text(title).font(.title2.bold()).accessibilityAddTraits(.isHeader)
                if let text { Text(text).multilineTextAlignment(.center) }
            }
            .padding()
            .frame(maxWidth: .infinity)
        }
    }

    extension View {
        /// Shows a model's states for as long as the screen is there.
        func following<State>(_ model: StateModel<State>, _ state: Binding<State>) -> some View {
            task {
                for await changed in model.states() { state.wrappedValue = changed }
            }
        }
    }
#endif
