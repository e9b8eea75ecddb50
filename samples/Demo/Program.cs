using EosMLNet.Runtime;
using static TorchSharp.torch;
TorchRuntime.EnsureLoaded();
Console.WriteLine(ones(2, 3).Times(2.5).Plus(1).sum().item<float>());
