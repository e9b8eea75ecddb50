// Gives every reader of EosMLNet hostile files.
//   dotnet run --project tests/Fuzz -c Release -- run --target plan --inputs 100000
//   dotnet run --project tests/Fuzz -c Release -- run --inputs 1000000 --minutes 10      (each target)
//   dotnet run --project tests/Fuzz -c Release -- reproduce --target plan FILE
//   dotnet run --project tests/Fuzz -c Release -- report
using System.CommandLine;
using Fuzz.Commands;

return new RootCommand("Hostile files for the readers of EosMLNet.")
{
    new RunCommand(), new ReproduceCommand(), new ReportCommand(), new WorkCommand(), new DriveCommand(),
}.Parse(args).Invoke();
