// Measures what is claimed.
//   dotnet run --project tests/Benchmarks -c Release -- quality --jobs 2
//   dotnet run --project tests/Benchmarks -c Release -- oracle
//   dotnet run --project tests/Benchmarks -c Release -- backbones
//   dotnet run --project tests/Benchmarks -c Release -- speed
//   dotnet run --project tests/Benchmarks -c Release -- precision
//   dotnet run --project tests/Benchmarks -c Release -- onnx
//   dotnet run --project tests/Benchmarks -c Release -- start
//   dotnet run --project tests/Benchmarks -c Release -- peers
//   dotnet run --project tests/Benchmarks -c Release -- no-op --project samples/BuildTime
//   dotnet run --project tests/Benchmarks -c Release -- data-parallel
//   dotnet run --project tests/Benchmarks -c Release -- picture
using System.CommandLine;
using Benchmarks.Backbones;
using Benchmarks.Builds;
using Benchmarks.Onnx;
using Benchmarks.Peers;
using Benchmarks.Pictures;
using Benchmarks.Precision;
using Benchmarks.Quality;
using Benchmarks.Searching;
using Benchmarks.Speed;
using Benchmarks.Start;

return new RootCommand("The benchmarks of EosMLNet.") { new QualityCommand(), new OracleCommand(), new BackboneCommand(), new SpeedCommand(), new PrecisionCommand(), new OnnxCommand(), new StartCommand(), new PeersCommand(), new NoOpBuildCommand(), new DataParallelCommand(), new PictureCommand() }.Parse(args).Invoke();
