/// A device that runs PTX: memory, modules, launches.
///
/// ```
/// Device device = new Device();
/// Kernel kernel = device.load(PtxModule.parse(text)).kernel("scale");
/// DeviceBuffer values = device.upload(new float[] {1, 2, 3});
/// LaunchReport report = device.launch(kernel, Dimensions.of(1), Dimensions.of(32), 0, values, 3, 2f);
/// float[] result = values.floats();
/// ```
@NullMarked
package xlmr.ptx;

import org.jspecify.annotations.NullMarked;
