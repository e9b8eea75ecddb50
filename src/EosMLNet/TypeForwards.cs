// What was here until 0.2 and answers without torch: assemblies that were compiled against it here, and models that were saved, find it.
using System.Runtime.CompilerServices;
using EosMLNet;
using Microsoft.ML;

[assembly: TypeForwardedTo(typeof(AnswerEstimator))]
[assembly: TypeForwardedTo(typeof(AnswerOptions))]
[assembly: TypeForwardedTo(typeof(VisionLanguageCatalog))]
[assembly: TypeForwardedTo(typeof(VisionLanguageCatalogExtensions))]
[assembly: TypeForwardedTo(typeof(VisionLanguageMetrics))]
[assembly: TypeForwardedTo(typeof(VisionLanguageOptions))]
[assembly: TypeForwardedTo(typeof(VisionLanguageTransformer))]

// The loader of those models. Its name is not the present one's: ML.NET refuses one name from two assemblies.
[assembly: LoadableClass(typeof(VisionLanguageTransformer), null, typeof(SignatureLoadModel),
    "Vision-language model with an operator plan", "EosVisionLanguage")]
