// Command cert-manager runs those of cert-manager's controllers that answer CertificateRequests by issuers of kind CA and
// selfSigned: approver, issuers, and the two signers. The cloud providers of its whole controller are left out, so that it builds fast.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/cert-manager/cert-manager/pkg/controller"
	"github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	"github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	"github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	"github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: cert-manager KUBECONFIG NAMESPACE")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	factory, err := controller.NewContextFactory(ctx, controller.ContextOptions{Kubeconfig: os.Args[1], Namespace: os.Args[2], KubernetesAPIQPS: 100, KubernetesAPIBurst: 200})
	if err != nil {
		log.Fatal(err)
	}
	var running []controller.Interface
	for _, name := range []string{approver.ControllerName, issuers.ControllerName, ca.CRControllerName, selfsigned.CRControllerName} {
		made, err := controller.Known()[name](factory)
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		running = append(running, made)
	}
	shared, err := factory.Build("cert-manager")
	if err != nil {
		log.Fatal(err)
	}
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	for _, one := range running {
		go func() {
			if err := one.Run(2, ctx); err != nil {
				log.Fatal(err)
			}
		}()
	}
	<-ctx.Done()
}
