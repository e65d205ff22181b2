import type {
  ApiGatewayEvent,
  CdnEvent,
  EventBridgeEvent,
  HttpTriggerEvent,
  KafkaEvent,
  MnsQueueEvent,
  MnsTopicJsonEvent,
  OssEvent,
  RocketMqEvent,
  SlsEvent,
  TablestoreEvent,
  TimerEvent,
} from "@fcrt/core";

const accountId = "123456789012";
const region = "cn-hangzhou";

const timer: TimerEvent = {
  triggerTime: "2026-01-02T03:04:05Z",
  triggerName: "every-morning",
  payload: '{"report":"sales"}',
};

const oss: OssEvent = {
  events: [
    {
      eventName: "ObjectCreated:PutObject",
      eventSource: "acs:oss",
      eventTime: "2026-01-02T03:04:05.000Z",
      eventVersion: "1.0",
      oss: {
        bucket: {
          arn: `acs:oss:${region}:${accountId}:pictures`,
          name: "pictures",
          ownerIdentity: accountId,
        },
        object: {
          key: "in/tea.jpg",
          size: 20_480,
          deltaSize: 20_480,
          eTag: "0CC175B9C0F1B6A831C399E269772661",
        },
        ossSchemaVersion: "1.0",
        ruleId: "new-pictures",
      },
      region,
      requestParameters: { sourceIPAddress: "192.0.2.10" },
      responseElements: { requestId: "6957305500000000000000A1" },
      userIdentity: { principalId: accountId },
    },
  ],
};

const sls: SlsEvent = {
  parameter: {},
  source: {
    endpoint: `http://${region}-intranet.log.aliyuncs.com`,
    projectName: "shop",
    logstoreName: "orders",
    shardId: 0,
    beginCursor: "MTc2NzMyMzA0NTAwMDAwMDAwMA==",
    endCursor: "MTc2NzMyMzA0NTAwMDAwMDAwOQ==",
  },
  jobName: "d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0",
  taskId: "0f5e7a34-9d2b-4c61-8e0f-7a6b5c4d3e2f",
  cursorTime: 1_767_323_045,
};

const mns: MnsTopicJsonEvent = {
  TopicOwner: accountId,
  TopicName: "orders",
  Subscriber: accountId,
  SubscriptionName: "orders-to-function",
  MessageId: "A1B2C3D4E5F60718293A4B5C6D7E8F90",
  Message: "tea for two",
  MessageMD5: "94A879D575A5A781AC3779827776FFCA",
  PublishTime: 1_767_323_045_000,
};

const mnsQueue: MnsQueueEvent = [
  envelopeOf("MNS-Function-orders", "mns:Queue:SendMessage", {
    requestId: "6957305500000000000000A2",
    messageId: "B1C2D3E4F5061728394A5B6C7D8E9F0A",
    messageBody: "dGVhIGZvciB0d28=",
  }),
];

const http: HttpTriggerEvent = {
  version: "v1",
  rawPath: "/tea",
  headers: { Accept: "application/json", Host: "tea.example.com" },
  queryParameters: { for: "two" },
  body: "",
  isBase64Encoded: false,
  requestContext: {
    accountId,
    domainName: "tea.example.com",
    domainPrefix: "tea",
    requestId: "1-69573055-0a1b2c3d-4e5f60718293",
    time: "2026-01-02T03:04:05Z",
    timeEpoch: "1767323045000",
    http: {
      method: "GET",
      path: "/tea",
      protocol: "HTTP/1.1",
      sourceIp: "192.0.2.10",
      userAgent: "fcrt",
    },
  },
};

const apiGateway: ApiGatewayEvent = {
  path: "/tea",
  httpMethod: "GET",
  headers: { Accept: "application/json" },
  queryParameters: { for: "two" },
  pathParameters: {},
  body: "",
  isBase64Encoded: false,
};

const cdn: CdnEvent = {
  events: [
    {
      eventName: "CachedObjectsRefreshed",
      eventSource: "cdn",
      eventVersion: "1.0.0",
      eventTime: "2026-01-02T11:04:05+08:00",
      region,
      traceId: "7c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5",
      resource: { domain: "tea.example.com" },
      eventParameter: {
        domain: "tea.example.com",
        objectPath: ["/menu.css"],
        objectType: "File",
        taskId: 1001,
        createTime: 1_767_323_000,
        completeTime: 1_767_323_045,
      },
      userIdentity: { aliUid: accountId },
    },
  ],
};

const eventBridge: EventBridgeEvent = envelopeOf("acs.ecs", "ecs:Instance:StateChange", {
  resourceId: "i-0123456789abcdef",
  state: "Running",
});

const kafka: KafkaEvent = [
  envelopeOf("acs:alikafka", "alikafka:Topic:Message", {
    topic: "orders",
    partition: 0,
    offset: 41,
    timestamp: 1_767_323_045_000,
    headers: { headers: [], isReadOnly: false },
    key: "tea",
    value: "for two",
  }),
];

const rocketMq: RocketMqEvent = [
  envelopeOf("RocketMQ-Function-orders", "mq:Topic:SendMessage", {
    topic: "orders",
    systemProperties: {
      MIN_OFFSET: "0",
      MAX_OFFSET: "41",
      UNIQ_KEY: "C0A8000100002A9F0000000000000029",
    },
    userProperties: {},
    body: "tea for two",
  }),
];

const tablestore: TablestoreEvent = {
  Version: "Sync-v1",
  Records: [
    {
      Type: "PutRow",
      Info: { Timestamp: 1_767_323_045_000_000 },
      PrimaryKey: [{ ColumnName: "order", Value: 41 }],
      Columns: [{ Type: "Put", ColumnName: "tea", Value: "for two", Timestamp: 1_767_323_045_000 }],
    },
  ],
};

/** An event of each trigger, by the name that `--sample` takes. Tablestore sends CBOR; here it is JSON, as in the console. */
export const samples: Readonly<Record<string, object>> = {
  timer,
  oss,
  sls,
  mns,
  "mns-queue": mnsQueue,
  http,
  "api-gateway": apiGateway,
  cdn,
  "event-bridge": eventBridge,
  kafka,
  "rocket-mq": rocketMq,
  tablestore,
};

function envelopeOf<Data>(source: string, type: string, data: Data): EventBridgeEvent<Data> {
  return {
    specversion: "1.0",
    id: "4e5f6071-8293-44a5-b6c7-d8e9f0a1b2c3",
    source,
    type,
    time: "2026-01-02T03:04:05Z",
    datacontenttype: "application/json;charset=utf-8",
    data,
    aliyunaccountid: accountId,
  };
}
