/** A department of the demo companies, in both of their languages. */
export interface DepartmentPlan {
  readonly id: string;
  readonly en: string;
  readonly zh: string;
  readonly parentId: string | null;
  /** One of the fixed people who leads it; otherwise somebody is made for it. */
  readonly leader?: 'admin' | 'manager' | 'finance' | 'hr';
  /** People beside the leader. */
  readonly size: number;
  /** Role of everybody in it. */
  readonly role: string;
  /** Role of the first of them instead. */
  readonly firstRole?: string;
  readonly jobs: readonly { readonly en: string; readonly zh: string }[];
}

/** The same tree in both companies, top first. */
export const DEPARTMENTS: readonly DepartmentPlan[] = [
  plan('head-office', 'Head office', '总部', null, 3, 'staff', [['Executive assistant', '行政助理']]),
  plan(
    'purchasing',
    'Purchasing',
    '采购部',
    'head-office',
    9,
    'buyer',
    [
      ['Buyer', '采购员'],
      ['Category manager', '品类经理'],
    ],
    'manager',
  ),
  plan(
    'finance',
    'Finance',
    '财务部',
    'head-office',
    5,
    'accounting',
    [
      ['Accountant', '会计'],
      ['Treasury analyst', '资金分析师'],
    ],
    'finance',
    // With the two fixed people they are three, of whom two must agree to a larger order.
    'finance',
  ),
  plan('hr', 'Human resources', '人力资源部', 'head-office', 4, 'hr', [['HR partner', '人事专员']], 'hr'),
  plan('it', 'IT', '信息技术部', 'head-office', 6, 'it', [['Systems engineer', '系统工程师']], 'admin'),
  plan('legal', 'Legal', '法务部', 'head-office', 2, 'legal', [['Legal counsel', '法务专员']]),
  plan('sales', 'Sales', '销售部', 'head-office', 4, 'sales', [['Key account manager', '大客户经理']]),
  plan('sales-north', 'Sales north', '北区销售', 'sales', 9, 'sales', [['Sales representative', '销售代表']]),
  plan('sales-south', 'Sales south', '南区销售', 'sales', 9, 'sales', [['Sales representative', '销售代表']]),
  plan('operations', 'Operations', '运营部', 'head-office', 3, 'operations', [['Planner', '计划员']]),
  plan('production', 'Production', '生产部', 'operations', 18, 'operations', [
    ['Machine operator', '设备操作员'],
    ['Shift leader', '班组长'],
  ]),
  plan('maintenance', 'Maintenance', '设备维护部', 'operations', 9, 'operations', [
    ['Maintenance technician', '维修技师'],
  ]),
  plan('logistics', 'Logistics', '物流部', 'operations', 13, 'operations', [
    ['Warehouse clerk', '仓库管理员'],
    ['Dispatcher', '调度员'],
  ]),
  plan('quality', 'Quality', '质量部', 'operations', 6, 'operations', [['Quality engineer', '质量工程师']]),
  plan('service', 'Customer service', '客户服务部', 'sales', 7, 'sales', [['Service agent', '客服专员']]),
];

function plan(
  id: string,
  en: string,
  zh: string,
  parentId: string | null,
  size: number,
  role: string,
  jobs: readonly (readonly [string, string])[],
  leader?: NonNullable<DepartmentPlan['leader']>,
  firstRole?: string,
): DepartmentPlan {
  return {
    id,
    en,
    zh,
    parentId,
    size,
    role,
    jobs: jobs.map(([english, chinese]) => ({ en: english, zh: chinese })),
    ...(leader === undefined ? {} : { leader }),
    ...(firstRole === undefined ? {} : { firstRole }),
  };
}
