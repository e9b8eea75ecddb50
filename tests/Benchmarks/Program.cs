// Measures what is claimed.
//   dotnet run --project tests/Benchmarks -c Release -- quality --jobs 2
using System.CommandLine;
using Benchmarks.Quality;

return new RootCommand("The benchmarks of EosMLNet.") { new QualityCommand() }.Parse(args).Invoke();
