using EosMLNet;
using EosMLNet.Internals;

namespace Microsoft.ML;

/// <summary>Adds vision-language models to <see cref="MLContext"/>.</summary>
public static class VisionLanguageCatalogExtensions
{
    /// <summary>
    /// The operations on vision-language models: answer questions about images, evaluate answers, and with the package EosMLNet search an
    /// operator.
    /// </summary>
    /// <param name="ml">The context that the operations take seed, device and logging from.</param>
    /// <exception cref="EosException">EOS2004: the installed ML.NET does not fit.</exception>
    public static VisionLanguageCatalog VisionLanguage(this MLContext ml)
    {
        ArgumentNullException.ThrowIfNull(ml);
        MlNetInternals.Check(typeof(VisionLanguageCatalog).Assembly);
        return new VisionLanguageCatalog(ml);
    }
}
