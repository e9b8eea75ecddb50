using System.Reflection;
using System.Runtime.Loader;
using Microsoft.ML;
using Microsoft.ML.TorchSharp.NasBert;

namespace EosMLNet.Rewrite.Tests;

/// <summary>Microsoft's assembly in a context of its own, beside the rewritten one; ML.NET and TorchSharp are those of the tests.</summary>
internal sealed class OriginalAssembly : AssemblyLoadContext
{
    private readonly Assembly assembly;

    internal OriginalAssembly(string path) => assembly = LoadFromAssemblyPath(path);

    /// <summary>A trainer for one epoch.</summary>
    internal IEstimator<ITransformer> TextClassification(MLContext ml, string sentence)
    {
        var type = assembly.GetType(typeof(TextClassificationTrainer.TextClassificationOptions).FullName!, throwOnError: true)!;
        var options = Activator.CreateInstance(type)!;
        foreach (var (field, value) in new (string, object)[] { ("Sentence1ColumnName", sentence), ("MaxEpoch", 1) })
            type.GetField(field)!.SetValue(options, value);
        var catalog = assembly.GetType("Microsoft.ML.TorchSharp.TorchSharpCatalog", throwOnError: true)!;
        var method = catalog.GetMethod("TextClassification", [ml.MulticlassClassification.Trainers.GetType(), type])!;
        return (IEstimator<ITransformer>)method.Invoke(null, [ml.MulticlassClassification.Trainers, options])!;
    }
}
