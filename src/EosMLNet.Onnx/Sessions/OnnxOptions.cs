namespace EosMLNet.Onnx;

/// <summary>Where and how ONNX Runtime runs a model.</summary>
public sealed record OnnxOptions
{
    /// <summary>The GPU that runs it, by its number: with CUDA, DirectML or CoreML, whichever the application's package of ONNX Runtime
    /// has.</summary>
    /// <value>The default is null: the CPU.</value>
    public int? GpuDeviceId { get; init; }

    /// <summary>Whether the CPU will do where that GPU is not there; if not, that is EOS2002.</summary>
    /// <value>The default is false.</value>
    public bool FallbackToCpu { get; init; }

    /// <summary>Threads that work on one call. With several, one answer comes sooner. With one, more answers come in all where many
    /// threads ask at once.</summary>
    /// <value>The default is 0: one a core that this process may use.</value>
    public int Threads { get; init; }

    /// <summary>What becomes of images that are not square, where that is a choice.</summary>
    /// <value>The default is <see cref="ImagePadding.Square"/>.</value>
    public ImagePadding ImagePadding { get; init; } = ImagePadding.Square;

    /// <summary>The user's own prompts.</summary>
    /// <value>The default is null: the checkpoint's.</value>
    public PromptChoice? Prompts { get; init; }
}
