using EosMLNet.LibTorch;

namespace Gpu.Report;

/// <summary>The machine.</summary>
/// <param name="Card">The GPU's name; <see langword="null"/> without one.</param>
/// <param name="Driver">Its driver's version.</param>
/// <param name="MemoryMegabytes">Its memory.</param>
/// <param name="Cores">Cores of the host.</param>
/// <param name="Runtime">What <c>eos doctor</c> finds, with all functions that libtorch lacks.</param>
internal sealed record Facts(string? Card, string? Driver, double? MemoryMegabytes, int Cores, RuntimeFacts Runtime)
{
    /// <summary>cuDNN's version, as it counts; <see langword="null"/> without cuDNN.</summary>
    public long? Cudnn { get; init; }

    /// <summary>The files of torch_cpu that are mapped; more than one is a fault.</summary>
    public IReadOnlyList<string> TorchCpu { get; init; } = [];
}
