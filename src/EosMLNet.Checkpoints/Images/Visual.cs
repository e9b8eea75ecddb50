namespace EosMLNet.Checkpoints;

/// <summary>What a prompt shows beside its text: an image, or a video.</summary>
public abstract class Visual
{
    private protected Visual()
    {
    }

    /// <summary>What it is in a prompt.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    public abstract PromptPart InPrompt(ImageProcessor processor);

    /// <summary>How many parts it becomes.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    /// <param name="inPrompt">How many images and videos the prompt has, this one among them.</param>
    /// <exception cref="EosException">EOS1010: it is too long and narrow, or would become too large. EOS1015: it is a video, and the model
    /// takes none.</exception>
    public abstract int Parts(ImageProcessor processor, int inPrompt);

    /// <summary>The size that the model is told of.</summary>
    /// <inheritdoc cref="Parts"/>
    public abstract ImageSize SizeSeen(ImageProcessor processor);

    /// <summary>The time between two of its steps, in seconds; 0 for an image.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    public virtual double SecondsPerStep(ImageProcessor processor) => 0;

    /// <summary>Writes its parts, one behind the other.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    /// <param name="inPrompt">How many images and videos the prompt has, this one among them.</param>
    /// <param name="target">Where they go: (parts, <see cref="ImageProcessor.PartShape"/>), row by row.</param>
    /// <exception cref="EosException">As <see cref="Parts"/>.</exception>
    public abstract void Write(ImageProcessor processor, int inPrompt, Span<float> target);

    /// <summary>Identifies its pixels, and a video's times: SHA-256 in hexadecimal.</summary>
    public abstract string Hash();
}
