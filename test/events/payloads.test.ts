import { readFileSync } from "node:fs";
import type {
  ApiGatewayEvent,
  ApiGatewayResponse,
  CdnEvent,
  CdnRecord,
  EventBridgeEvent,
  HttpTriggerEvent,
  HttpTriggerResponse,
  KafkaEvent,
  KafkaMessage,
  MnsQueueEvent,
  MnsTopicEvent,
  MnsTopicJsonEvent,
  MnsTopicStreamEvent,
  OssEvent,
  OssRecord,
  RocketMqEvent,
  SlsEvent,
  TablestoreEvent,
  TimerEvent,
} from "@fcrt/core";
import { describe, expect, test } from "vitest";

describe("the sample payload of", () => {
  test("timer: a timer event carries the trigger message as text", () => {
    const event = sample<TimerEvent>("timer", {
      triggerTime: "2026-03-02T01:30:00Z",
      triggerName: "nightly-report",
      payload: '{"report":"orders","days":7}',
    });

    expect(JSON.parse(event.payload)).toEqual({ report: "orders", days: 7 });
    expect(Date.parse(event.triggerTime)).toBe(Date.UTC(2026, 2, 2, 1, 30));
  });

  test("oss: an OSS event names the operation, the bucket and the object", () => {
    const event = sample<OssEvent>("oss", {
      events: [
        {
          eventName: "ObjectCreated:PutObject",
          eventSource: "acs:oss",
          eventTime: "2026-03-02T08:15:21.000Z",
          eventVersion: "1.0",
          oss: {
            bucket: {
              arn: "acs:oss:cn-shanghai:1000000000000001:photo-inbox",
              name: "photo-inbox",
              ownerIdentity: "1000000000000001",
            },
            object: {
              deltaSize: 48213,
              eTag: "5D41402ABC4B2A76B9719D911017C592",
              key: "incoming/cat 01.jpg",
              objectMeta: {
                mimeType: "image/jpeg",
                userMeta: { "x-oss-meta-album": "pets" },
              },
              size: 48213,
            },
            ossSchemaVersion: "1.0",
            ruleId: "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567",
          },
          region: "cn-shanghai",
          requestParameters: { sourceIPAddress: "203.0.113.24" },
          responseElements: { requestId: "69A5447900112233445566AA" },
          userIdentity: { principalId: "1000000000000001" },
        },
      ],
    });

    const [record] = event.events;
    expect(record?.eventName).toBe("ObjectCreated:PutObject");
    expect(record?.oss.bucket.name).toBe("photo-inbox");
    expect(record?.oss.object.size).toBe(48_213);
    expect(record?.oss.object.objectMeta?.userMeta?.["x-oss-meta-album"]).toBe("pets");
  });

  test("sls: an SLS event names the range of a shard, and its parameter has the type that is asked for", () => {
    const event = sample<SlsEvent<{ minimumLevel: string }>>("sls", {
      parameter: { minimumLevel: "WARN" },
      source: {
        endpoint: "http://cn-hangzhou-intranet.log.aliyuncs.com",
        projectName: "shop-logs",
        logstoreName: "access",
        shardId: 3,
        beginCursor: "MTc3MjQzOTMwMDAwMDAwMDAwMA==",
        endCursor: "MTc3MjQzOTMwMDAwMDAwMDAwNQ==",
      },
      jobName: "9c1185a5c5e9fc54612808977ee8f548b2258d31",
      taskId: "5b0a3c52-6f0e-4a5e-9c46-2f6f9b0d7a11",
      cursorTime: 1772439325,
    });

    expect(event.parameter.minimumLevel).toBe("WARN");
    expect(event.source.shardId).toBe(3);
    expect(new Date(event.cursorTime * 1000).getUTCFullYear()).toBe(2026);
  });

  test("mns-topic-json: an MNS topic message in the JSON format has its attributes beside the fixed properties", () => {
    const event = sample<MnsTopicJsonEvent & { tenant: string }>("mns-topic-json", {
      tenant: "north",
      TopicOwner: "1000000000000001",
      Message: '{"order":42}',
      Subscriber: "1000000000000001",
      PublishTime: 1772439325123,
      SubscriptionName: "orders-to-function",
      MessageMD5: "0D15CD31971ECD0D554A062CDDBAB844",
      TopicName: "orders",
      MessageId: "AC1E0B5C7F3B4D0E91A2B3C4D5E6F708",
    });

    expect(event.tenant).toBe("north");
    expect(bodyOf(event)).toBe('{"order":42}');
    expect(new Date(event.PublishTime).getUTCFullYear()).toBe(2026);
  });

  test("mns-topic-stream: an MNS topic message in the STREAM format has its attributes in `attrs`", () => {
    const event = sample<MnsTopicStreamEvent>("mns-topic-stream", {
      body: "order 42 was paid",
      attrs: { Extend: '{"tenant":"north"}' },
    });

    expect(bodyOf(event)).toBe("order 42 was paid");
    expect(event.attrs["Extend"]).toBe('{"tenant":"north"}');
  });

  test("mns-queue: an MNS queue event is a batch, and a body is base64 by default", () => {
    const event = sample<MnsQueueEvent>("mns-queue", [
      {
        id: "7d9f0e52-31c4-4c77-8f0e-0a1b2c3d4e5f",
        source: "MNS-Function-invoices",
        specversion: "1.0",
        type: "mns:Queue:SendMessage",
        datacontenttype: "application/json; charset=utf-8",
        subject: "acs:mns:cn-hangzhou:1000000000000001:queues/invoices",
        time: "2026-03-02T08:15:21.093Z",
        aliyunaccountid: "1000000000000001",
        aliyunpublishtime: "2026-03-02T08:15:21.201Z",
        aliyunoriginalaccountid: "1000000000000001",
        aliyuneventbusname: "MNS-Function-invoices",
        aliyunregionid: "cn-hangzhou",
        aliyunpublishaddr: "198.51.100.7",
        data: {
          requestId: "69A5447A00112233445566AB",
          messageId: "B1A2C3D4E5F60718293A4B5C6D7E8F90",
          messageBody: "eyJpbnZvaWNlIjo3fQ==",
        },
      },
    ]);

    const bodies = event.map((message) =>
      Buffer.from(message.data.messageBody, "base64").toString(),
    );
    expect(bodies).toEqual(['{"invoice":7}']);
  });

  test("kafka: a Kafka event is a batch, and a record may be without a key", () => {
    const event = sample<KafkaEvent>("kafka", [
      {
        specversion: "1.0",
        id: "f2a1b0c9-8d7e-46f5-a4b3-c2d1e0f9a8b7",
        source: "acs:alikafka",
        type: "alikafka:Topic:Message",
        subject: "acs:alikafka:alikafka_pre-cn-example001:topic:clicks",
        datacontenttype: "application/json; charset=utf-8",
        time: "2026-03-02T08:15:21.589Z",
        aliyunaccountid: "1000000000000001",
        data: {
          topic: "clicks",
          partition: 2,
          offset: 1801,
          timestamp: 1772439321589,
          headers: { headers: [], isReadOnly: false },
          key: "visitor-9",
          value: "home",
        },
      },
      {
        specversion: "1.0",
        id: "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
        source: "acs:alikafka",
        type: "alikafka:Topic:Message",
        subject: "acs:alikafka:alikafka_pre-cn-example001:topic:clicks",
        datacontenttype: "application/json; charset=utf-8",
        time: "2026-03-02T08:15:21.604Z",
        aliyunaccountid: "1000000000000001",
        data: {
          topic: "clicks",
          partition: 2,
          offset: 1802,
          timestamp: 1772439321604,
          headers: { headers: [], isReadOnly: false },
          value: "checkout",
        },
      },
    ]);

    expect(event.map((record) => record.data.value)).toEqual(["home", "checkout"]);
    expect(event.map((record) => record.data.key)).toEqual(["visitor-9", undefined]);
  });

  test("rocket-mq: a RocketMQ event is a batch with the system's properties apart from the user's", () => {
    const event = sample<RocketMqEvent>("rocket-mq", [
      {
        id: "3e4d5c6b-7a89-4b0c-9d1e-2f3a4b5c6d7e",
        source: "RocketMQ-Function-payments",
        specversion: "1.0",
        type: "mq:Topic:SendMessage",
        datacontenttype: "application/json; charset=utf-8",
        subject: "acs:mq:cn-hangzhou:1000000000000001:MQ_INST_1000000000000001_example%payments",
        time: "2026-03-02T08:15:22.766Z",
        aliyunaccountid: "1000000000000001",
        aliyunpublishtime: "2026-03-02T08:15:22.791Z",
        aliyunoriginalaccountid: "1000000000000001",
        aliyuneventbusname: "RocketMQ-Function-payments",
        aliyunregionid: "cn-hangzhou",
        aliyunpublishaddr: "198.51.100.8",
        data: {
          topic: "payments",
          systemProperties: {
            MIN_OFFSET: "0",
            TRACE_ON: "true",
            MAX_OFFSET: "12",
            MSG_REGION: "cn-hangzhou",
            KEYS: "payment-42",
            CONSUME_START_TIME: 1772439322700,
            UNIQ_KEY: "AC1E0B5C00011B28CDFA3181CDA20007",
            TAGS: "paid",
            INSTANCE_ID: "MQ_INST_1000000000000001_example",
          },
          userProperties: { tenant: "north" },
          body: '{"payment":42}',
        },
      },
    ]);

    const [message] = event;
    expect(message?.data.systemProperties.TAGS).toBe("paid");
    expect(message?.data.userProperties["tenant"]).toBe("north");
    expect(message?.data.body).toBe('{"payment":42}');
  });

  test("api-gateway: an API Gateway event says whether its body is base64", () => {
    const event = sample<ApiGatewayEvent>("api-gateway", {
      path: "/orders/42",
      httpMethod: "POST",
      headers: {
        "Content-Type": "application/octet-stream",
        "X-Ca-Request-Id": "6A1B2C3D-4E5F-4607-8192-A3B4C5D6E7F8",
      },
      queryParameters: { notify: "true" },
      pathParameters: { id: "42" },
      body: "aGVsbG8=",
      isBase64Encoded: true,
    });

    expect(event.pathParameters["id"]).toBe("42");
    expect(Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8").toString()).toBe(
      "hello",
    );
  });

  test("api-gateway-response: a response to API Gateway has all four properties and a numeric status", () => {
    const response = sample<ApiGatewayResponse>("api-gateway-response", {
      statusCode: 201,
      headers: { "content-type": "application/json" },
      body: '{"order":42}',
      isBase64Encoded: false,
    });

    expect(response.statusCode).toBe(201);
    // @ts-expect-error API Gateway answers 502 to a response that lacks one of the four.
    const incomplete: ApiGatewayResponse = { statusCode: 200, body: "" };
    expect(incomplete).not.toHaveProperty("headers");
  });

  test("cdn: the name of a CDN event tells what its parameter holds", () => {
    const event = sample<CdnEvent>("cdn", {
      events: [
        {
          eventName: "LogFileCreated",
          eventSource: "cdn",
          region: "cn-hangzhou",
          eventVersion: "1.0.0",
          eventTime: "2026-03-02T16:15:22+08:00",
          traceId: "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
          userIdentity: { aliUid: "1000000000000001" },
          resource: { domain: "static.example.com" },
          eventParameter: {
            domain: "static.example.com",
            endTime: 1772438400,
            fileSize: 91024,
            filePath:
              "http://cdnlog.example.com/static.example.com/2026_03_02_0700_0800.gz?Expires=1772525000&Signature=not-a-signature",
            startTime: 1772434800,
          },
        },
        {
          eventName: "CachedObjectsRefreshed",
          eventSource: "cdn",
          region: "cn-hangzhou",
          eventVersion: "1.0.0",
          eventTime: "2026-03-02T16:20:05+08:00",
          traceId: "2d3e4f5a-6b7c-4d8e-9fa0-1b2c3d4e5f60",
          userIdentity: { aliUid: "1000000000000001" },
          resource: { domain: "static.example.com" },
          eventParameter: {
            objectPath: ["/css/site.css", "/js/site.js"],
            createTime: 1772439590,
            domain: "static.example.com",
            completeTime: 1772439604,
            objectType: "File",
            taskId: 3100456789,
          },
        },
        {
          eventName: "CdnDomainStarted",
          eventSource: "cdn",
          region: "cn-hangzhou",
          eventVersion: "1.0.0",
          eventTime: "2026-03-02T16:25:41+08:00",
          traceId: "3e4f5a6b-7c8d-4e9f-a0b1-2c3d4e5f6071",
          userIdentity: { aliUid: "1000000000000001" },
          resource: { domain: "static.example.com" },
          eventParameter: { domain: "static.example.com", status: "online" },
        },
        {
          eventName: "CdnDomainAdded",
          eventSource: "cdn",
          region: "cn-hangzhou",
          eventVersion: "1.0.0",
          eventTime: "2026-03-02T16:30:12+08:00",
          traceId: "4f5a6b7c-8d9e-4fa0-b1c2-3d4e5f607182",
          userIdentity: { aliUid: "1000000000000001" },
          resource: { domain: "media.example.com" },
          eventParameter: { domain: "media.example.com" },
        },
      ],
    });

    expect(event.events.map(subjectOf)).toEqual([
      "91024",
      "/css/site.css,/js/site.js",
      "online",
      "media.example.com",
    ]);
  });

  test("tablestore: a Tablestore event, once decoded, lists the changed columns of each row", () => {
    const event = sample<TablestoreEvent>("tablestore", {
      Version: "Sync-v1",
      Records: [
        {
          Type: "PutRow",
          Info: { Timestamp: 1772439322740836 },
          PrimaryKey: [
            { ColumnName: "tenant", Value: "north" },
            { ColumnName: "order", Value: 42 },
          ],
          Columns: [
            {
              Type: "Put",
              ColumnName: "state",
              Value: "paid",
              Timestamp: 1772439322741,
            },
            {
              Type: "Put",
              ColumnName: "express",
              Value: true,
              Timestamp: 1772439322741,
            },
          ],
        },
      ],
    });

    const [row] = event.Records;
    expect(row?.Type).toBe("PutRow");
    expect(row?.PrimaryKey.map((column) => column.Value)).toEqual(["north", 42]);
    expect(row?.Columns.find((column) => column.ColumnName === "state")?.Value).toBe("paid");
  });

  test("http-trigger: an HTTP trigger event has the encoded and the decoded path", () => {
    const event = sample<HttpTriggerEvent>("http-trigger", {
      version: "v1",
      rawPath: "/caf%C3%A9",
      headers: { Accept: "*/*", "User-Agent": "curl/8.7.1" },
      queryParameters: { tag: "a,b" },
      body: "",
      isBase64Encoded: true,
      requestContext: {
        accountId: "1000000000000001",
        domainName: "menu-abcdefghij.cn-hangzhou.fcapp.run",
        domainPrefix: "menu-abcdefghij",
        requestId: "1-69a5447a-1532a6fb-0123456789ab",
        time: "2026-03-02T08:15:22Z",
        timeEpoch: "1772439322145",
        http: {
          method: "GET",
          path: "/café",
          protocol: "HTTP/1.1",
          sourceIp: "203.0.113.24",
          userAgent: "curl/8.7.1",
        },
      },
    });

    expect(decodeURIComponent(event.rawPath)).toBe(event.requestContext.http.path);
    expect(new Date(Number(event.requestContext.timeEpoch)).getUTCFullYear()).toBe(2026);
  });

  test("http-trigger-response: an HTTP trigger response needs a status and a body, and the body may be an object", () => {
    const response = sample<HttpTriggerResponse>("http-trigger-response", {
      statusCode: 200,
      headers: { "Content-Type": "application/json" },
      isBase64Encoded: false,
      body: '{"dishes":3}',
    });

    expect(response.statusCode).toBe(200);
    const short: HttpTriggerResponse = { statusCode: 200, body: { dishes: 3 } };
    expect(short.headers).toBeUndefined();
    // @ts-expect-error Without a status, FC takes the whole result for the body.
    const body: HttpTriggerResponse = { body: "" };
    expect(body).not.toHaveProperty("statusCode");
  });

  test("event-bridge: an EventBridge event is an envelope around the data of its source", () => {
    const event = sample<EventBridgeEvent<{ diskId: string; result: string }>>("event-bridge", {
      datacontenttype: "application/json;charset=utf-8",
      aliyunaccountid: "1000000000000001",
      data: { result: "accomplished", diskId: "d-example0000000000001" },
      subject: "acs:ecs:cn-hangzhou:1000000000000001:disk/d-example0000000000001",
      source: "acs.ecs",
      type: "ecs:Disk:ConvertToPostpaidCompleted",
      aliyunpublishtime: "2026-03-02T08:15:22.762Z",
      specversion: "1.0",
      aliyuneventbusname: "default",
      id: "5a6b7c8d-9eaf-40b1-82c3-d4e5f6071829",
      time: "2026-03-02T16:15:22.125+08:00",
      aliyunregionid: "cn-hangzhou",
      aliyunpublishaddr: "198.51.100.9",
    });

    expect(event.data.diskId).toBe("d-example0000000000001");
    expect(event.aliyuneventbusname).toBe("default");
  });
});

test("an OSS record also travels in an EventBridge envelope, without a rule id", () => {
  const [record] = read<OssEvent>("oss").events;
  if (!record) throw new Error("the sample has no record");
  const { ruleId, ...oss } = record.oss;
  const event: EventBridgeEvent<OssRecord> = {
    specversion: "1.0",
    id: record.responseElements.requestId,
    source: "acs.oss",
    type: `oss:${record.eventName}`,
    data: { ...record, oss },
  };

  expect(ruleId).toBeDefined();
  expect(event.data.oss.object.key).toBe("incoming/cat 01.jpg");
});

test("a RawData push is the batch without its envelopes", () => {
  const raw: KafkaMessage[] = read<KafkaEvent>("kafka").map((record) => record.data);

  expect(raw.map((record) => record.offset)).toEqual([1801, 1802]);
});

/** Gives the sample file as `Payload`, having proved with the compiler and at run time that it is one. */
function sample<Payload>(name: string, literal: Payload): Payload {
  const payload = read<Payload>(name);
  expect(payload).toStrictEqual(literal);
  return payload;
}

function read<Payload>(name: string): Payload {
  const file = new URL(`../fixtures/events/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Payload;
}

function bodyOf(message: MnsTopicEvent): string {
  return "body" in message ? message.body : message.Message;
}

function subjectOf(record: CdnRecord): string {
  switch (record.eventName) {
    case "LogFileCreated":
      return String(record.eventParameter.fileSize);
    case "CachedObjectsBlocked":
    case "CachedObjectsPushed":
    case "CachedObjectsRefreshed":
      return record.eventParameter.objectPath.join();
    case "CdnDomainStarted":
    case "CdnDomainStopped":
      return record.eventParameter.status;
    case "CdnDomainAdded":
    case "CdnDomainDeleted":
      return record.eventParameter.domain;
  }
}
