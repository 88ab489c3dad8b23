internal import MAPI

/// Named properties of calendar items, tasks, journal entries and contacts — [MS-OXPROPS] 2.
extension NamedProperty {
    // PSETID_Appointment
    static let appointmentSequence = NamedProperty(set: .psetidAppointment, identifier: 0x8201)
    static let busyStatus = NamedProperty(set: .psetidAppointment, identifier: 0x8205)
    static let location = NamedProperty(set: .psetidAppointment, identifier: 0x8208)
    static let appointmentStart = NamedProperty(set: .psetidAppointment, identifier: 0x820D)
    static let appointmentEnd = NamedProperty(set: .psetidAppointment, identifier: 0x820E)
    static let appointmentDuration = NamedProperty(set: .psetidAppointment, identifier: 0x8213)
    static let isAllDay = NamedProperty(set: .psetidAppointment, identifier: 0x8215)
    static let recurrence = NamedProperty(set: .psetidAppointment, identifier: 0x8216)
    static let appointmentState = NamedProperty(set: .psetidAppointment, identifier: 0x8217)
    static let isRecurring = NamedProperty(set: .psetidAppointment, identifier: 0x8223)
    static let intendedBusyStatus = NamedProperty(set: .psetidAppointment, identifier: 0x8224)
    static let exceptionReplaceTime = NamedProperty(set: .psetidAppointment, identifier: 0x8228)
    static let recurrencePattern = NamedProperty(set: .psetidAppointment, identifier: 0x8232)
    static let timeZoneStruct = NamedProperty(set: .psetidAppointment, identifier: 0x8233)
    static let timeZoneDescription = NamedProperty(set: .psetidAppointment, identifier: 0x8234)
    static let isCounterProposal = NamedProperty(set: .psetidAppointment, identifier: 0x8257)
    static let proposedStart = NamedProperty(set: .psetidAppointment, identifier: 0x8250)
    static let proposedEnd = NamedProperty(set: .psetidAppointment, identifier: 0x8251)
    // PSETID_Meeting
    static let attendeeCriticalChange = NamedProperty(set: .psetidMeeting, identifier: 0x0001)
    static let meetingWhere = NamedProperty(set: .psetidMeeting, identifier: 0x0002)
    static let globalObjectID = NamedProperty(set: .psetidMeeting, identifier: 0x0003)
    static let isException = NamedProperty(set: .psetidMeeting, identifier: 0x000A)
    static let ownerCriticalChange = NamedProperty(set: .psetidMeeting, identifier: 0x001A)
    static let cleanGlobalObjectID = NamedProperty(set: .psetidMeeting, identifier: 0x0023)
    // PSETID_Common
    static let reminderDelta = NamedProperty(set: .psetidCommon, identifier: 0x8501)
    static let isReminderSet = NamedProperty(set: .psetidCommon, identifier: 0x8503)
    static let commonStart = NamedProperty(set: .psetidCommon, identifier: 0x8516)
    static let commonEnd = NamedProperty(set: .psetidCommon, identifier: 0x8517)
    static let companies = NamedProperty(set: .psetidCommon, identifier: 0x8539)
    // PSETID_Task
    static let taskStart = NamedProperty(set: .psetidTask, identifier: 0x8104)
    static let taskDue = NamedProperty(set: .psetidTask, identifier: 0x8105)
    static let taskCompleted = NamedProperty(set: .psetidTask, identifier: 0x810F)
    static let taskRecurrence = NamedProperty(set: .psetidTask, identifier: 0x8116)
    static let taskOwner = NamedProperty(set: .psetidTask, identifier: 0x811F)
    // PSETID_Log
    static let logType = NamedProperty(set: .psetidLog, identifier: 0x8700)
    static let logStart = NamedProperty(set: .psetidLog, identifier: 0x8706)
    static let logDuration = NamedProperty(set: .psetidLog, identifier: 0x8707)
    static let logEnd = NamedProperty(set: .psetidLog, identifier: 0x8708)
    // PSETID_Address
    static let fileUnder = NamedProperty(set: .psetidAddress, identifier: 0x8005)
    static let workAddressStreet = NamedProperty(set: .psetidAddress, identifier: 0x8045)
    static let workAddressCity = NamedProperty(set: .psetidAddress, identifier: 0x8046)
    static let workAddressState = NamedProperty(set: .psetidAddress, identifier: 0x8047)
    static let workAddressPostalCode = NamedProperty(set: .psetidAddress, identifier: 0x8048)
    static let workAddressCountry = NamedProperty(set: .psetidAddress, identifier: 0x8049)
    static let distributionListMembers = NamedProperty(set: .psetidAddress, identifier: 0x8055)
    static let distributionListOneOffMembers = NamedProperty(set: .psetidAddress, identifier: 0x8054)
    static let distributionListName = NamedProperty(set: .psetidAddress, identifier: 0x8053)
    static let instantMessagingAddress = NamedProperty(set: .psetidAddress, identifier: 0x8062)
    static let contactWebPage = NamedProperty(set: .psetidAddress, identifier: 0x802B)

    /// Display name, address type, address and one-off entry id of the first to third e-mail address.
    static func email(_ number: UInt32) -> (
        name: NamedProperty, type: NamedProperty, address: NamedProperty, entry: NamedProperty
    ) {
        let base = 0x8080 + (number - 1) * 0x10
        func property(_ offset: UInt32) -> NamedProperty {
            NamedProperty(set: .psetidAddress, identifier: base + offset)
        }
        return (property(0), property(2), property(3), property(5))
    }
}
