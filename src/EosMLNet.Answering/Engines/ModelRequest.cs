using System.ComponentModel;
using EosMLNet.Tensors;

namespace EosMLNet.Engines;

/// <summary>Which model an engine is to load, and how.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ModelRequest
{
    /// <summary>The model's folder in Hugging Face layout.</summary>
    public required string Folder { get; init; }

    /// <summary>The plan that it runs under; null for none.</summary>
    public ReductionPlan? Plan { get; init; }

    /// <summary>What becomes of images that are not square.</summary>
    public required ImagePadding ImagePadding { get; init; }

    /// <summary>What runs it.</summary>
    public AnsweringEngine Engine { get; init; }

    /// <summary>What it computes in.</summary>
    public required ModelDataType DataType { get; init; }

    /// <summary>The user's own prompts, where there are some.</summary>
    public required PromptChoice Prompts { get; init; }

    /// <summary>How many bytes of what the encoder makes of images are kept; 0 for nothing.</summary>
    public required long ImageCacheBytes { get; init; }

    /// <summary>The GPU that <c>MLContext.GpuDeviceId</c> asks for; null for the CPU.</summary>
    public required int? GpuDeviceId { get; init; }

    /// <summary>Whether the CPU will do where that GPU is not there.</summary>
    public required bool FallbackToCpu { get; init; }
}
