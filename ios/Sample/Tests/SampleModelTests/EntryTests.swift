import Foundation
import XCTest

@testable import SampleModel

final class EntryTests: XCTestCase {
    func testNumbersAsTheyAreTyped() {
        let whole: [(String, Int64?)] = [
            ("412", 412), (" 1 200 ", 1200), ("1\u{a0}200", 1200), ("-3", -3), ("0", 0), ("", nil), ("-", nil), ("12a", nil),
            ("1.5", nil), ("1,", nil), ("--1", nil), ("1-2", nil), ("٣", nil), ("9223372036854775807", .max),
            ("9223372036854775808", nil),
        ]
        for (text, number) in whole { XCTAssertEqual(Entry.number(text, scale: 0), number, text) }
        let tenths: [(String, Int64?)] = [
            ("12,5", 125), ("12.5", 125), ("12", 120), ("-0,5", -5), ("12,55", nil), (",5", nil), ("1.2.3", nil), ("1,-2", nil),
        ]
        for (text, number) in tenths { XCTAssertEqual(Entry.number(text, scale: 1), number, text) }
    }

    func testNumbersReadBack() {
        let numbers: [Int64] = [0, 1, -1, 9, 10, 99, 100, -100, 12_345, .max, .min]
        for scale in Int64(0)...3 {
            for number in numbers {
                let text = Entry.text(number, scale: scale)
                XCTAssertEqual(Entry.number(text, scale: scale), number, text)
            }
        }
        XCTAssertEqual(Entry.text(125, scale: 1, separator: ","), "12,5")
        XCTAssertEqual(Entry.text(-5, scale: 2, separator: ","), "-0,05")
    }

    func testDays() {
        XCTAssertEqual(Entry.day("2026-08-23"), DateComponents(year: 2026, month: 8, day: 23))
        XCTAssertEqual(Entry.day(DateComponents(year: 2026, month: 8, day: 3)), "2026-08-03")
        XCTAssertNil(Entry.day("yesterday"))
    }

    func testAButtonThatIsHeldDown() {
        let began = ContinuousClock.now
        var button = HoldToConfirm()
        XCTAssertEqual(button.tick(at: began), 0, "nobody holds it")
        button.press(at: began)
        XCTAssertEqual(button.tick(at: began + HoldToConfirm.duration / 4), 0.25, accuracy: 0.001)
        button.press(at: began + .seconds(1))
        XCTAssertEqual(button.tick(at: began + .seconds(1)), 0.5, accuracy: 0.001, "pressed already")
        button.release()
        XCTAssertEqual(button.tick(at: began + .seconds(9)), 0)
        button.press(at: began)
        XCTAssertEqual(button.tick(at: began + HoldToConfirm.duration), 1)
        XCTAssertTrue(button.isConfirmed)
        button.release()
        XCTAssertTrue(button.isConfirmed, "stays so")
    }
}
