using EosMLNet;
using EosMLNet.Internals;
using EosMLNet.LibTorch;

namespace Microsoft.ML;

/// <summary>Adds vision-language models to <see cref="MLContext"/>.</summary>
public static class VisionLanguageCatalogExtensions
{
    /// <summary>The operations on vision-language models: search an operator, answer questions about images, evaluate answers.</summary>
    /// <param name="ml">The context that the operations take seed, device and logging from.</param>
    /// <exception cref="EosException">EOS2001: libtorch cannot be loaded. EOS2004: the installed ML.NET does not fit.</exception>
    public static VisionLanguageCatalog VisionLanguage(this MLContext ml)
    {
        ArgumentNullException.ThrowIfNull(ml);
        MlNetInternals.Check();
        TorchRuntime.EnsureLoaded();
        return new VisionLanguageCatalog(ml);
    }
}
