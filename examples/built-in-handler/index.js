let prices;

exports.initialize = (context, callback) => {
  prices = new Map([["tea", 3]]);
  console.log(`prices for ${context.region}`);
  callback(null, "");
};

exports.handler = (event, context, callback) => {
  const { item } = JSON.parse(event);
  context.logger.info(`asked for ${item}`);
  if (!prices.has(item)) return callback(new Error(`Nobody sells ${item}`));
  callback(null, { item, price: prices.get(item) });
};

exports.preStop = (context, callback) => {
  console.log("the shop closes");
  callback(null, "");
};
