namespace EosMLNet.LibTorch;

/// <summary>What <see cref="TorchRuntime"/> found on this machine; <c>eos doctor</c> prints it.</summary>
public sealed record RuntimeFacts
{
    /// <summary>The .NET runtime, for example <c>.NET 10.0.1</c>.</summary>
    public required string DotNet { get; init; }
    /// <summary>The operating system with its version.</summary>
    public required string OperatingSystem { get; init; }
    /// <summary>The processor architecture of this process.</summary>
    public required string Architecture { get; init; }
    /// <summary>The processor's name, where the system tells it; else its architecture.</summary>
    public string Processor { get; init; } = "";
    /// <summary>The version of the GNU C library, or null where it is not used.</summary>
    public string? Glibc { get; init; }
    /// <summary>The file of the C++ library that this process uses, or null where it is not libstdc++.</summary>
    public string? LibStdCpp { get; init; }
    /// <summary>The highest symbol version that this libstdc++ offers, for example <c>GLIBCXX_3.4.30</c>.</summary>
    public string? GlibCxx { get; init; }
    /// <summary>The version of TorchSharp.</summary>
    public required string TorchSharp { get; init; }
    /// <summary>The folder of the loaded libtorch, or null when none could be loaded.</summary>
    public string? LibTorchFolder { get; init; }
    /// <summary>The loaded libtorch's version, <c>major.minor.patch</c>.</summary>
    public string? LibTorchVersion { get; init; }
    /// <summary>True when libtorch is not the one packaged beside the program.</summary>
    public bool UsesExistingLibTorch { get; init; }
    /// <summary>The loaded LibTorchSharp, TorchSharp's native part.</summary>
    public string? LibTorchSharp { get; init; }
    /// <summary>True when that is the adjusted copy for an older libstdc++.</summary>
    public bool UsesCompatibilityCopy { get; init; }
    /// <summary>The devices that torch can use: <c>cpu</c>, <c>cuda:0</c>, …</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];
    /// <summary>
    /// The functions that TorchSharp calls and the loaded libtorch does not have, by their C++ symbols; calling one ends the process.
    /// </summary>
    public IReadOnlyList<string> MissingFunctions { get; init; } = [];
    /// <summary>How many threads one operation of torch uses.</summary>
    public int Threads { get; init; }
    /// <summary>The program that decodes videos other than GIF and WebP, or null where no folder of the PATH has it.</summary>
    public string? Ffmpeg { get; init; }
    /// <summary>What is wrong, or could be better.</summary>
    public IReadOnlyList<EnvironmentProblem> Problems { get; init; } = [];
}
