using System.Runtime.InteropServices;
using EosMLNet.LibTorch;

namespace EosMLNet.Tests.LibTorch;

public class DecoyLibraryTests
{
    [Fact]
    public void A_decoy_answers_to_its_name_ahead_of_the_usual_prefix()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var assembly = typeof(DecoyLibraryTests).Assembly;
        Assert.False(NativeLibrary.TryLoad("eos_decoy", assembly, null, out _));
        DecoyLibrary.Load("eos_decoy.so");
        Assert.True(NativeLibrary.TryLoad("eos_decoy", assembly, null, out var handle));
        Assert.False(NativeLibrary.TryGetExport(handle, "anything", out _));
    }
}
