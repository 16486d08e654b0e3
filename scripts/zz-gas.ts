(globalThis as any).trace = async (chain: any, name: string, receipt: any) => {
  const t: any = await chain.ethers.provider.send("debug_traceTransaction", [receipt.hash, { disableMemory: true, disableStorage: true, disableStack: false }]);
  const by: Record<string, [number, number]> = {}; const depthGas: Record<string, number> = {};
  const logs = t.structLogs; const stackAddr: string[] = [receipt.to.slice(-4)];
  for (let i = 0; i < logs.length; i++) {
    const l = logs[i]; const n = logs[i + 1];
    let cost = Number(l.gasCost);
    const isCall = ["CALL", "STATICCALL", "DELEGATECALL"].includes(l.op);
    while (stackAddr.length > l.depth) stackAddr.pop();
    if (isCall && n && n.depth > l.depth) { cost = Number(l.gas) - 0; // find return
      let j = i + 1; while (j < logs.length && logs[j].depth > l.depth) j++;
      const inner = Number(n.gas) - (Number(logs[j - 1].gas) - Number(logs[j - 1].gasCost));
      cost = Number(l.gas) - Number(logs[j].gas) - inner; stackAddr[l.depth] = l.stack[l.stack.length - 2].slice(-4); }
    const key = isCall ? l.op : l.op.startsWith("LOG") ? "LOG" : ["SSTORE", "SLOAD", "KECCAK256", "CALLDATACOPY","MCOPY"].includes(l.op) ? l.op : "other";
    by[key] ??= [0, 0]; by[key][0] += cost; by[key][1]++;
    const a = stackAddr[l.depth - 1] ?? "?"; depthGas[a + " " + (key === "other" || key==="KECCAK256"|| key==="CALLDATACOPY"||key==="MCOPY" ? "compute" : key)] = (depthGas[a + " " + (key === "other"|| key==="KECCAK256"|| key==="CALLDATACOPY"||key==="MCOPY" ? "compute" : key)] ?? 0) + cost;
  }
  const exec = Number(t.gas); const sum = Object.values(by).reduce((a, b) => a + b[0], 0);
  console.log(name, Number(receipt.gasUsed), "intrinsic~", Number(receipt.gasUsed) - sum, by); console.log(depthGas);
};
const { measureInsuranceOperations } = await import("./lib/zzMeasure.js");
await measureInsuranceOperations();
