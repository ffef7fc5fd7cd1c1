package xlmr.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who may know whom.
class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("xlmr");

    /// Packages of core, lowest first. `backend.cpu` belongs to `backend`, which chooses among its
    /// implementations.
    private static final List<String> PACKAGES =
            List.of(
                    "xlmr.tensor",
                    "xlmr.backend",
                    "xlmr.checkpoint",
                    "xlmr.hub",
                    "xlmr.autograd",
                    "xlmr.nn",
                    "xlmr.optim",
                    "xlmr.model",
                    "xlmr.onnx",
                    "xlmr.data",
                    "xlmr.eval",
                    "xlmr.train",
                    "xlmr.pipeline",
                    "xlmr.report");

    @Test
    void packagesOfCoreKnowOnlyThoseBelowThem() {
        classes()
                .that()
                .resideInAnyPackage(subpackages())
                .should(knowOnlyPackagesBelow())
                .check(CLASSES);
    }

    @Test
    void onlyTheProcessorsBackendImportsTheVectorApi() {
        noClasses()
                .that()
                .resideOutsideOfPackage("xlmr.backend.cpu")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator..")
                .check(CLASSES);
    }

    @Test
    void onlyTheChoiceOfBackendsKnowsTheProcessorsBackend() {
        noClasses()
                .that()
                .resideOutsideOfPackages("xlmr.backend", "xlmr.backend.cpu")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("xlmr.backend.cpu")
                .check(CLASSES);
    }

    @Test
    void theTokenizerKnowsNothingElseOfTheProject() {
        noClasses()
                .that()
                .resideInAPackage("xlmr.tokenizer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(subpackages())
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("xlmr.cli..")
                .check(CLASSES);
    }

    @Test
    void noLibraryModuleKnowsTheCommands() {
        noClasses()
                .that()
                .resideOutsideOfPackage("xlmr.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("xlmr.cli..")
                .check(CLASSES);
    }

    @Test
    void namesSayWhatAClassIs() {
        noClasses()
                .should()
                .haveSimpleNameContaining("Util")
                .orShould()
                .haveSimpleNameContaining("Helper")
                .orShould()
                .haveSimpleNameContaining("Manager")
                .orShould()
                .haveSimpleNameContaining("Impl")
                .orShould()
                .haveSimpleNameContaining("Common")
                .check(CLASSES);
    }

    @Test
    void onlyCommandsPrint() {
        noClasses()
                .that()
                .resideOutsideOfPackage("xlmr.cli..")
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .check(CLASSES);
    }

    @Test
    void nobodyLogs() {
        GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(CLASSES);
    }

    private static String[] subpackages() {
        return PACKAGES.stream().map(name -> name + "..").toArray(String[]::new);
    }

    private static ArchCondition<JavaClass> knowOnlyPackagesBelow() {
        return new ArchCondition<>("know only the packages below their own") {
            @Override
            public void check(JavaClass known, ConditionEvents events) {
                int own = position(known);
                known.getDirectDependenciesFromSelf().stream()
                        .filter(dependency -> position(dependency.getTargetClass()) > own)
                        .forEach(
                                dependency ->
                                        events.add(
                                                SimpleConditionEvent.violated(
                                                        known, dependency.getDescription())));
            }
        };
    }

    /// Index in the list; -1 for classes outside core.
    private static int position(JavaClass type) {
        for (int i = 0; i < PACKAGES.size(); i++) {
            if ((type.getPackageName() + ".").startsWith(PACKAGES.get(i) + ".")) {
                return i;
            }
        }
        return -1;
    }
}
