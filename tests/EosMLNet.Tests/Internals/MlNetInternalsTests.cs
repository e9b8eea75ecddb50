using System.Reflection;
using System.Runtime.Loader;
using EosMLNet.Internals;
using Microsoft.ML;
using Mono.Cecil;

namespace EosMLNet.Tests.Internals;

public class MlNetInternalsTests
{
    [Theory]
    [InlineData(typeof(AnswerEstimator))]
    [InlineData(typeof(OperatorSearchEstimator))]
    public void The_installed_ML_NET_has_every_member_that_is_used(Type stage) => MlNetInternals.Check(stage.Assembly);

    [Theory]
    [InlineData(typeof(AnswerEstimator), "get_GpuDeviceId")]
    [InlineData(typeof(OperatorSearchEstimator), "get_Seed")]
    public void A_missing_member_is_EOS2004(Type stage, string member) =>
        Expect.Error(EosErrors.MlNetVersion, () => MlNetInternals.Check(LoadWithRenamedMember(stage.Assembly, member, "get_Gone")), "get_Gone", "5.0.1");

    [Fact]
    public void The_stages_are_looked_at_before_they_are_made()
    {
        var options = LoadWithRenamedMember(typeof(OperatorSearchOptions).Assembly, "get_Seed", "get_Gone").GetType(typeof(OperatorSearchOptions).FullName!)!;
        Expect.Error(EosErrors.MlNetVersion, () => new MLContext().VisionLanguage().Builder("test", (VisionLanguageOptions)Activator.CreateInstance(options)!));
    }

    // A copy of an assembly that asks ML.NET for a member it does not have, beside the real one.
    private static Assembly LoadWithRenamedMember(Assembly original, string name, string renamed)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(original.Location);
        assembly.MainModule.GetMemberReferences().Single(m => m.Name == name && m.DeclaringType.Name == "IHostEnvironmentInternal").Name = renamed;
        using var rewritten = new MemoryStream();
        assembly.Write(rewritten);
        rewritten.Position = 0;
        return new AssemblyLoadContext(nameof(A_missing_member_is_EOS2004), isCollectible: true).LoadFromStream(rewritten);
    }
}
