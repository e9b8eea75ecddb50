using EosMLNet.LibTorch;
using TorchSharp;

namespace EosMLNet.Tests.LibTorch;

public class DoctorTests
{
    private readonly RuntimeFacts facts = Doctor.Examine();

    [Fact]
    public void The_loaded_libtorch_is_described()
    {
        Assert.Equal(ExistingLibTorch.ExpectedVersion, facts.LibTorchVersion);
        Assert.True(File.Exists(Path.Combine(facts.LibTorchFolder!, ExistingLibTorch.FileName("torch_cpu"))));
        Assert.True(File.Exists(facts.LibTorchSharp));
        Assert.Equal("cpu", facts.Devices[0]);
        Assert.Equal(torch.get_num_threads(), facts.Threads);
        Assert.DoesNotContain(facts.Problems, problem => problem.IsError);
    }

    [Fact]
    public void The_compatibility_copy_is_used_exactly_where_libstdcxx_is_too_old()
    {
        if (facts.GlibCxx is null)
            return; // not libstdc++
        Assert.Equal(int.Parse(facts.GlibCxx.Split('.')[^1]) < 32, facts.UsesCompatibilityCopy);
    }

    [Fact]
    public void A_libtorch_that_cannot_be_used_is_a_problem_not_an_exception()
    {
        var problem = Assert.Single(Doctor.Examine("/no/such/folder").Problems);
        Assert.Equal((EosErrors.LibTorch, true), (problem.Code, problem.IsError));
    }
}
