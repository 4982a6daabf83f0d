"""What no live test sends or sees, and why; ``test_whole_run`` holds the tables to that.

A reason is the same for all versions, or there is one for each version that wants one. The source
files are those of Asterisk.
"""

__all__ = ["UNSEEN_ACTIONS", "UNSEEN_EVENTS"]

AOC = (
    "Only ast_aoc_manager_event() of main/aoc.c raises it, and only channels/sig_pri.c calls that:"
    " for charges that an ISDN line reports. AOCMessage sends charges, and raises no event."
)
DAHDI_ALARM = "channels/chan_dahdi.c raises it for DAHDI hardware whose alarm comes or goes."
DAHDI_LIST = "An item of a list that is empty without DAHDI hardware."
DAHDI_STATUS = "Without DAHDI hardware, DAHDIShowStatus is answered with an Error instead."
MEETME = (
    "Debian does not build apps/app_meetme.c, which Asterisk leaves out unless asked for: it mixes"
    " with DAHDI, and ConfBridge has replaced it."
)

UNSEEN_ACTIONS: dict[str, str | dict[int, str]] = {
    "DataGet": "Removed in 15: neither server has it.",
    "FilterList": "Documented only, and not for these versions: no server has it.",
    "MeetmeList": MEETME,
    "MeetmeListRooms": MEETME,
    "MeetmeMute": MEETME,
    "MeetmeUnmute": MEETME,
    "Queues": "Removed in 15: neither server has it.",
}

UNSEEN_EVENTS: dict[str, str | dict[int, str]] = {
    "Alarm": DAHDI_ALARM,
    "AlarmClear": DAHDI_ALARM,
    "AOC-D": AOC,
    "AOC-E": AOC,
    "AOC-S": AOC,
    "DAHDIChannel": "channels/chan_dahdi.c raises it for calls over DAHDI hardware.",
    "DAHDIShowChannels": DAHDI_LIST,
    "DAHDIShowStatus": {22: DAHDI_STATUS},
    "DAHDIShowStatusComplete": {22: DAHDI_STATUS},
    "DeadlockStart": {
        16: "It came with 16.29, which is later than Debian's 16.28.",
        22: "Only in main/lock.c as compiled with DETECT_DEADLOCKS, which Debian does not set.",
    },
    "DNDState": "chan_dahdi raises it for an analog phone on DAHDI hardware.",
    "MCID": "channels/sig_pri.c raises it for what an ISDN line reports.",
    "MeetmeEnd": MEETME,
    "MeetmeJoin": MEETME,
    "MeetmeLeave": MEETME,
    "MeetmeList": MEETME,
    "MeetmeListComplete": MEETME,
    "MeetmeListRooms": MEETME,
    "MeetmeListRoomsComplete": MEETME,
    "MeetmeMute": MEETME,
    "MeetmeTalking": MEETME,
    "MeetmeTalkRequest": MEETME,
    "MobileStatus": (
        "addons/chan_mobile.c raises it for phones on a Bluetooth adapter; Debian has it in the"
        " package asterisk-mobile."
    ),
    "OutboundSubscriptionDetail": (
        "An item of a list that is always empty: nothing in Asterisk calls"
        " ast_sip_create_subscription() of res/res_pjsip_pubsub.c."
    ),
    "PRIShowSpans": DAHDI_LIST,
    "Rename": {
        16: (
            "Only ast_change_name() of main/channel.c raises it, and only channels/chan_misdn.c"
            " calls that, which Debian does not build: it needs an ISDN card."
        ),
        22: "Only ast_change_name() of main/channel.c raises it, and nothing calls that.",
    },
    "SpanAlarm": DAHDI_ALARM,
    "SpanAlarmClear": DAHDI_ALARM,
}
