import type { ApiClient } from '../api/api-client.js';
import { ApprovalsApi } from '../api/approvals-api.js';
import { DemoApi } from '../api/demo-api.js';
import { DocumentsApi } from '../api/documents-api.js';
import { NotificationsApi } from '../api/notifications-api.js';
import { APPROVAL_DURABLE_TYPES, APPROVAL_EPHEMERAL_TYPES, ApprovalCenter } from '../approvals/approval-center.js';
import { DURABLE_TYPES, EPHEMERAL_TYPES, NotificationCenter } from '../inbox/notification-center.js';
import { StreamApi } from '../api/stream-api.js';
import { browserEnvironment, followBrowserSignals } from '../stream/browser-environment.js';
import { deviceName } from '../stream/device-name.js';
import { EventStream } from '../stream/event-stream.js';
import { TopicFollower } from '../stream/topic-follower.js';
import { SessionPositionStore } from '../stream/position-store.js';
import { People } from './people.js';
import type { Session } from './session.js';

/** Everything a signed-in person works with: the stream, the inbox, the approvals. Its creator must close it. */
export class Workspace {
  readonly stream: EventStream;
  readonly center: NotificationCenter;
  readonly approvals: ApprovalCenter;
  readonly topics: TopicFollower;
  readonly documents: DocumentsApi;
  readonly people: People;
  readonly #cleanups: (() => void)[] = [];

  constructor(
    readonly session: Session,
    client: ApiClient,
  ) {
    this.people = new People(new DemoApi(client), session.tenantId);
    this.center = new NotificationCenter(new NotificationsApi(client));
    this.approvals = new ApprovalCenter(new ApprovalsApi(client));
    this.documents = new DocumentsApi(client);
    this.stream = new EventStream({
      url: client.address('api/v1/sse/stream', { device: deviceName(navigator.userAgent) }),
      durableTypes: [...DURABLE_TYPES, ...APPROVAL_DURABLE_TYPES],
      ephemeralTypes: [...EPHEMERAL_TYPES, ...APPROVAL_EPHEMERAL_TYPES, 'presence'],
      positions: new SessionPositionStore(session.tenantId, session.userId),
      environment: browserEnvironment,
    });
    const streamApi = new StreamApi(client);
    this.topics = new TopicFollower(this.stream, (connectionId, topics) => streamApi.setTopics(connectionId, topics));
    this.#cleanups.push(
      this.topics.attach(),
      this.center.attach(this.stream),
      this.approvals.attach(this.stream),
      followBrowserSignals(this.stream),
    );
    this.stream.start();
    void this.people.load();
  }

  close(): void {
    this.stream.stop();
    for (const cleanUp of this.#cleanups) cleanUp();
  }
}
