internal import MIME

/// Header fields that only the import looks at.
extension FieldName {
    static let threadTopic = FieldName("Thread-Topic")
    static let dispositionNotificationTo = FieldName("Disposition-Notification-To")
    static let returnReceiptTo = FieldName("Return-Receipt-To")
    static let returnPath = FieldName("Return-Path")
    static let deliveredTo = FieldName("Delivered-To")
    static let originalTo = FieldName("X-Original-To")
    static let importance = FieldName("Importance")
    static let mailPriority = FieldName("X-MSMail-Priority")
    static let xPriority = FieldName("X-Priority")
    static let priority = FieldName("Priority")
    static let sensitivity = FieldName("Sensitivity")
    static let listHelp = FieldName("List-Help")
    static let listSubscribe = FieldName("List-Subscribe")
    static let listUnsubscribe = FieldName("List-Unsubscribe")
    static let xListHelp = FieldName("X-List-Help")
    static let xListSubscribe = FieldName("X-List-Subscribe")
    static let xListUnsubscribe = FieldName("X-List-Unsubscribe")
    static let autoResponseSuppress = FieldName("X-Auto-Response-Suppress")
    static let messageFlag = FieldName("X-Message-Flag")
    static let replyBy = FieldName("Reply-By")
    static let tnefCorrelator = FieldName("X-MS-TNEF-Correlator")
}
