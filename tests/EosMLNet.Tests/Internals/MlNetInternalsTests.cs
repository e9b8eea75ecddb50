using System.Reflection;
using System.Runtime.Loader;
using EosMLNet.Internals;
using Mono.Cecil;

namespace EosMLNet.Tests.Internals;

public class MlNetInternalsTests
{
    [Fact]
    public void The_installed_ML_NET_has_every_member_that_is_used() => MlNetInternals.Check();

    [Fact]
    public void A_missing_member_is_EOS2004()
    {
        var crippled = LoadWithRenamedMember("get_Seed", "get_Gone");
        var check = crippled.GetType(typeof(MlNetInternals).FullName!)!.GetMethod(nameof(MlNetInternals.Check))!;

        var fault = Assert.IsType<EosException>(Assert.Throws<TargetInvocationException>(() => check.Invoke(null, null)).InnerException);

        Assert.Equal(EosErrors.MlNetVersion, fault.Code);
        Assert.Contains("get_Gone", fault.Message);
        Assert.Contains("5.0.1", fault.Message);
    }

    // A copy of EosMLNet that asks ML.NET for a member it does not have, beside the real one.
    private static Assembly LoadWithRenamedMember(string name, string renamed)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(MlNetInternals).Assembly.Location);
        assembly.MainModule.GetMemberReferences().Single(m => m.Name == name && m.DeclaringType.Name == "IHostEnvironmentInternal").Name = renamed;
        using var rewritten = new MemoryStream();
        assembly.Write(rewritten);
        rewritten.Position = 0;
        return new AssemblyLoadContext(nameof(A_missing_member_is_EOS2004), isCollectible: true).LoadFromStream(rewritten);
    }
}
