import type { SendNotification } from '@nest-herald/notifications';

/** A notice that the demo company has when it is loaded. */
export interface DemoNotice extends SendNotification {
  /** Who sends it, the part of the id behind the tenant; absent: the system. */
  readonly from?: 'admin' | 'manager' | 'finance' | 'hr';
}

/** Notices of the English-speaking company, oldest first. `@x` among users is the fixed person `<tenant>.x`. */
const ENGLISH: readonly DemoNotice[] = [
  {
    from: 'hr',
    to: { tenant: true },
    title: 'Welcome to the new employee portal',
    content: 'Approvals, orders and leave are now in one place. Tell us what you miss: hr@acme.example.',
    category: 'announcement',
  },
  {
    from: 'hr',
    to: { tenant: true },
    title: 'Updated code of conduct: please confirm by Friday',
    content: 'Chapters 3 (gifts) and 7 (use of company data) have changed. Read them and confirm here.',
    category: 'announcement',
    priority: 'high',
    requiresAck: true,
  },
  {
    to: { tenant: true },
    title: 'Planned maintenance on Saturday, 22:00–23:30',
    content: 'The ERP is read-only during the maintenance. Approvals that you send are kept and decided afterwards.',
    type: 'system',
    category: 'maintenance',
  },
  {
    from: 'finance',
    to: { roles: ['buyer', 'manager'] },
    title: 'Month-end: cost centres close on the 28th at 18:00',
    content: 'Orders without a cost centre are sent back after that. 14 of them are still open.',
    category: 'finance',
    priority: 'high',
  },
  {
    from: 'manager',
    to: { departments: ['purchasing'] },
    title: 'Framework contract with Nordlicht Bearings renewed',
    content: 'Two more years, 4 % below the old prices. Please stop ordering from the spot list.',
    category: 'procurement',
  },
  {
    to: { departments: ['operations'] },
    title: 'Line 3 stands still: gearbox temperature',
    content: 'Sensor G3-17 has read 94 °C for six minutes. Maintenance is on its way.',
    type: 'alert',
    category: 'production',
    priority: 'urgent',
  },
  {
    to: { groups: ['works-safety'] },
    title: 'Fire drill on Thursday at 10:15',
    content: 'Meeting point is car park B. Shift leaders report their head count to the gate.',
    category: 'safety',
  },
  {
    to: { groups: ['board'] },
    title: 'Papers for the board meeting are ready',
    content: 'Agenda item 4 is the warehouse extension (contract over 1.2 million EUR).',
    category: 'board',
  },
  {
    from: 'finance',
    to: { users: ['@buyer'] },
    title: 'Invoice 20817 does not match its order',
    content: 'The invoice says 48 pieces, the order 40. Please clear it with Kestrel Tools.',
    type: 'task',
    category: 'procurement',
    priority: 'high',
    relatedType: 'purchase-order',
    relatedId: 'PO-000012',
  },
  {
    to: { users: ['@manager'] },
    title: 'Three orders of your department are older than a week',
    content: 'Oldest: PO-000097, Halden Cables, 8,640.00 EUR.',
    type: 'task',
    category: 'procurement',
  },
  {
    to: { users: ['@finance', '@finance2'] },
    title: 'Payment run 2026-47 is ready to be released',
    content: '63 payments, 412,380.55 EUR. Cut-off for today is 15:00.',
    type: 'task',
    category: 'finance',
    priority: 'high',
  },
  {
    to: { users: ['@hr'] },
    title: 'Two probation periods end next week',
    content: 'Conversations are due with the heads of logistics and quality.',
    type: 'task',
    category: 'hr',
  },
  {
    to: { users: ['@admin'] },
    title: 'Certificate of edi.acme.example ends in 12 days',
    type: 'system',
    category: 'operations',
    priority: 'high',
  },
  {
    from: 'hr',
    to: { departments: ['sales'] },
    title: 'Travel policy: rail before air under four hours',
    content: 'Applies to trips that are approved from the 1st on.',
    category: 'hr',
    priority: 'low',
  },
];

/** Notices of the Chinese-speaking company, oldest first. */
const CHINESE: readonly DemoNotice[] = [
  {
    from: 'hr',
    to: { tenant: true },
    title: '新版员工门户上线通知',
    content: '审批、采购与请假现已统一到新门户。使用中如有问题，请联系人力资源部。',
    category: 'announcement',
  },
  {
    from: 'hr',
    to: { tenant: true },
    title: '关于修订《员工行为准则》的通知（公告必读）',
    content: '第三章（礼品往来）与第七章（数据使用）已修订，请于本周五前阅读并确认。',
    category: 'announcement',
    priority: 'high',
    requiresAck: true,
  },
  {
    to: { tenant: true },
    title: '系统维护通知：周六 22:00–23:30',
    content: '维护期间系统只读，已提交的审批将在维护后继续流转。',
    type: 'system',
    category: 'maintenance',
  },
  {
    from: 'finance',
    to: { roles: ['buyer', 'manager'] },
    title: '月末关账提醒：成本中心 28 日 18:00 截止',
    content: '截止后未填写成本中心的采购单将被退回，目前尚有 11 单未填写。',
    category: 'finance',
    priority: 'high',
  },
  {
    from: 'manager',
    to: { departments: ['purchasing'] },
    title: '宁波轴承框架协议续签完成',
    content: '有效期两年，价格较上期下调 4%，请停止使用临时询价单。',
    category: 'procurement',
  },
  {
    to: { departments: ['operations'] },
    title: '三号分拣线停机：减速箱温度过高',
    content: '传感器 G3-17 已连续六分钟显示 94 °C，维护人员正在赶往现场。',
    type: 'alert',
    category: 'production',
    priority: 'urgent',
  },
  {
    to: { groups: ['works-safety'] },
    title: '周四 10:15 消防演练',
    content: '集合地点为 B 区停车场，各班组长向门卫报告到场人数。',
    category: 'safety',
  },
  {
    to: { groups: ['board'] },
    title: '董事会会议材料已备妥',
    content: '第四项议题为仓库扩建合同，金额 860 万元。',
    category: 'board',
  },
  {
    from: 'finance',
    to: { users: ['@buyer'] },
    title: '发票 20817 与采购单不符',
    content: '发票数量 48 件，采购单为 40 件，请与苏州精工核对。',
    type: 'task',
    category: 'procurement',
    priority: 'high',
    relatedType: 'purchase-order',
    relatedId: 'PO-000012',
  },
  {
    to: { users: ['@manager'] },
    title: '本部门有三张采购单超过一周未处理',
    content: '最早一张：PO-000097，华东电缆，86,400.00 元。',
    type: 'task',
    category: 'procurement',
  },
  {
    to: { users: ['@finance', '@finance2'] },
    title: '第 47 周付款批次待放行',
    content: '共 63 笔，合计 4,123,805.50 元，今日截止时间 15:00。',
    type: 'task',
    category: 'finance',
    priority: 'high',
  },
  {
    to: { users: ['@hr'] },
    title: '两名员工试用期将于下周届满',
    content: '请安排与物流部、质量部经理的转正面谈。',
    type: 'task',
    category: 'hr',
  },
  {
    to: { users: ['@admin'] },
    title: 'edi.beta.example 证书将于 12 天后到期',
    type: 'system',
    category: 'operations',
    priority: 'high',
  },
  {
    from: 'hr',
    to: { departments: ['sales'] },
    title: '差旅制度更新：四小时以内优先乘坐高铁',
    content: '自下月 1 日起批准的差旅适用。',
    category: 'hr',
    priority: 'low',
  },
];

/** The notices of a company, with the ids of its people. */
export function noticesOf(company: {
  readonly tenantId: string;
  readonly language: 'en' | 'zh';
}): readonly DemoNotice[] {
  return (company.language === 'zh' ? CHINESE : ENGLISH).map((notice) => ({
    ...notice,
    to: {
      ...notice.to,
      ...(notice.to.users === undefined
        ? {}
        : { users: notice.to.users.map((user) => user.replace(/^@/, `${company.tenantId}.`)) }),
    },
  }));
}
