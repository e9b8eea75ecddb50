// Kills what EosMLNet does at random moments, and takes away what it needs: room, permission, memory, time.
//   dotnet run --project tests/Faults -c Release -- kill --kills 1000                    (each kind of work)
//   dotnet run --project tests/Faults -c Release -- kill --kind export --kills 100 --minutes 5
//   dotnet run --project tests/Faults -c Release -- check                                (all other faults; as root, all of them)
//   dotnet run --project tests/Faults -c Release -- report
using System.CommandLine;
using Faults.Commands;

return new RootCommand("Faults of the machine while EosMLNet works.")
{
    new KillCommand(), new CheckCommand(), new ReportCommand(), new WorkCommand(),
}.Parse(args).Invoke();
