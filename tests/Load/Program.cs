// Asks for an hour, and looks whether memory grows, answers stay right, and nothing is left at the end.
//   dotnet run --project tests/Load -c Release -- run                          (each kind of load, an hour each)
//   dotnet run --project tests/Load -c Release -- run --kind server --minutes 5 --report out
using System.CommandLine;
using Load.Commands;

return new RootCommand("Long load on EosMLNet.") { new RunCommand() }.Parse(args).Invoke();
