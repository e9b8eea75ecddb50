// Checks and measures EosMLNet on a GPU. build/gpu.sh packs this program for a machine that has a CUDA PyTorch and no .NET.
//   dotnet run --project tests/Gpu -c Release -- all --device cpu --shape tiny --output out
using System.CommandLine;
using Gpu.Running;

return new RootCommand("Checks and measures EosMLNet on a GPU.") { new AllCommand(), new SectionCommand(), new ReportCommand() }.Parse(args).Invoke();
