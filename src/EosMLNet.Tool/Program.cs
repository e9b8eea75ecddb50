using EosMLNet.Tool;
using EosMLNet.Tool.CommandLine;

return await EosCommandLine.RunAsync(args, EosConsole.ForThisProcess());
