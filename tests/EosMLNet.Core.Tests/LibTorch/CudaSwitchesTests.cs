using EosMLNet.LibTorch;
using static TorchSharp.torch;

namespace EosMLNet.Tests.LibTorch;

public class CudaSwitchesTests
{
    private static readonly (string, string)[] Attention = [("TORCH_CUDNN_SDPA_PREFERRED", "0"), ("TORCH_CUDNN_SDPA_DEPRIORITIZED", "1")];
    private static readonly (string, string)[] Allocator = [("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")];

    public static TheoryData<string[], (string, string)[]> Cases => new()
    {
        { [], [.. Attention, .. Allocator] },
        { ["TORCH_CUDNN_SDPA_PREFERRED"], Allocator },
        { ["TORCH_CUDNN_SDPA_DEPRIORITIZED"], Allocator },
        { ["PYTORCH_CUDA_ALLOC_CONF"], Attention },
        { ["PYTORCH_ALLOC_CONF"], Attention },
        { ["PYTORCH_ALLOC_CONF", "TORCH_CUDNN_SDPA_PREFERRED"], [] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_the_user_has_set_is_left_alone_with_what_belongs_to_it(string[] set, (string, string)[] expected) =>
        Assert.Equal(expected, CudaSwitches.Missing(name => set.Contains(name) ? "" : null));

    [Fact]
    public void Native_code_sees_the_switches_once_torch_is_loaded()
    {
        if (!OperatingSystem.IsLinux())
            return;
        TorchRuntime.EnsureLoaded();
        Assert.All(Attention.Concat(Allocator).Where(one => Environment.GetEnvironmentVariable(one.Item1) is null), one => Assert.Equal(one.Item2, NativeEnvironment.Get(one.Item1)));
    }

    [Fact]
    public void Both_kinds_of_TF32_can_be_turned_off_and_float32_on_a_processor_turns_off_neither()
    {
        var before = (backends.cudnn.allow_tf32, backends.cuda.matmul.allow_tf32);
        try
        {
            (backends.cudnn.allow_tf32, backends.cuda.matmul.allow_tf32) = (true, true);
            Tf32.TurnOff(CPU);
            Assert.Equal((true, true), (backends.cudnn.allow_tf32, backends.cuda.matmul.allow_tf32));
            Tf32.TurnOff();
            Assert.Equal((false, false), (backends.cudnn.allow_tf32, backends.cuda.matmul.allow_tf32));
        }
        finally
        {
            (backends.cudnn.allow_tf32, backends.cuda.matmul.allow_tf32) = before;
        }
    }
}
