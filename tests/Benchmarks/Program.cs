// Measures what is claimed.
//   dotnet run --project tests/Benchmarks -c Release -- quality --jobs 2
//   dotnet run --project tests/Benchmarks -c Release -- speed
//   dotnet run --project tests/Benchmarks -c Release -- no-op --project samples/BuildTime
using System.CommandLine;
using Benchmarks.Builds;
using Benchmarks.Quality;
using Benchmarks.Speed;

return new RootCommand("The benchmarks of EosMLNet.") { new QualityCommand(), new NoOpBuildCommand(), new SpeedCommand() }.Parse(args).Invoke();
