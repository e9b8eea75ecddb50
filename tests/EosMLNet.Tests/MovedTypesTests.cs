using System.Reflection;
using EosMLNet.Search;

namespace EosMLNet.Tests;

/// <summary>What was compiled against the assemblies as they were finds each type where it was.</summary>
public class MovedTypesTests
{
    [Theory]
    [InlineData("EosMLNet", typeof(AnswerEstimator))]
    [InlineData("EosMLNet", typeof(AnswerOptions))]
    [InlineData("EosMLNet", typeof(VisionLanguageCatalog))]
    [InlineData("EosMLNet", typeof(Microsoft.ML.VisionLanguageCatalogExtensions))]
    [InlineData("EosMLNet", typeof(VisionLanguageMetrics))]
    [InlineData("EosMLNet", typeof(VisionLanguageOptions))]
    [InlineData("EosMLNet", typeof(VisionLanguageTransformer))]
    [InlineData("EosMLNet.Core", typeof(EosMLNet.Evaluation.Benchmarks.AnswerComparison))]
    [InlineData("EosMLNet.Core", typeof(EosMLNet.Evaluation.BootstrapInterval))]
    [InlineData("EosMLNet.Core", typeof(EosMLNet.Evaluation.PairedBootstrap))]
    [InlineData("EosMLNet.Core", typeof(EosMLNet.Tensors.ModelDataType))]
    [InlineData("EosMLNet.Core", typeof(OptionNaming))]
    public void A_type_that_moved_is_found_in_its_former_assembly_too(string assembly, Type type)
    {
        Assert.NotEqual(assembly, type.Assembly.GetName().Name);
        Assert.Same(type, Assembly.Load(assembly).GetType(type.FullName!, throwOnError: true));
    }
}
