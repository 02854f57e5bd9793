package org.kuager.sample

import android.text.InputType
import android.widget.EditText
import android.widget.LinearLayout

/** Where an invite comes in: photographed or pasted. What it leads to is shown by [JoinScreen] before anybody follows it. */
class InviteScreen(host: MainActivity) : Screen(host) {
    override val title: String get() = string(R.string.invite)

    private lateinit var field: EditText

    override fun show(body: LinearLayout, actions: LinearLayout) {
        body.addView(ui.text(string(R.string.invite_help)))
        field = ui.field(InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS or InputType.TYPE_TEXT_FLAG_MULTI_LINE)
        field.hint = string(R.string.invite_paste)
        body.addView(field)
        actions.addView(ui.button(Look.PLAIN, string(R.string.scan)) { host.scan() })
        actions.addView(ui.button(Look.PRIMARY, string(R.string.invite_show)) { host.go(Route(Route.To.JOIN, field.text.toString())) })
    }
}
